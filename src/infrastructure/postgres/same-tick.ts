import DataLoader from 'dataloader';

type Group<K> = [K, ...K[]];

/**
 * Joins the calls of one tick, such as those for the fifty tickets of a list, into one call of `read` for each `group`. Nothing
 * is kept: a later call reads anew. `read` answers in the order of its keys; when it fails, all calls of its group do.
 */
export function sameTick<K, V>(
  group: (key: K) => string,
  read: (keys: Readonly<Group<K>>) => Promise<readonly V[]>,
): (key: K) => Promise<V> {
  const loader = new DataLoader<K, V>(
    async (keys) => {
      const groups = new Map<string, Group<K>>();
      for (const key of keys) {
        const name = group(key);
        const found = groups.get(name);
        if (found) found.push(key);
        else groups.set(name, [key]);
      }
      const answers = new Map<K, V | Error>();
      await Promise.all(
        [...groups.values()].map(async (members) => {
          const values: readonly (V | Error)[] = await read(members).catch((error: Error) => members.map(() => error));
          for (const [i, key] of members.entries()) answers.set(key, values[i] as V | Error);
        }),
      );
      return keys.map((key) => answers.get(key) as V | Error);
    },
    { cache: false },
  );
  return (key) => loader.load(key);
}
