import { notFound } from '../../domain/domain-error.ts';
import { type ImportProcess, isOpen } from '../../domain/import-process.ts';
import { asUuid } from '../../domain/uuid.ts';
import { authorise } from '../authorise.ts';
import type { ImportStore } from '../import/ports.ts';
import { follow, type LiveDeps, type Subscriber } from './subscribe.ts';

/** The present state of an import at once, then each change of it; completes with the state in which the import ended. */
export const subscribeImportProgress =
  (deps: LiveDeps & { imports: Pick<ImportStore, 'find'> }) =>
  async (subscriber: Subscriber, id: string): Promise<AsyncIterableIterator<ImportProcess>> => {
    authorise(subscriber.actor, 'import.manage');
    const uuid = asUuid(id);
    if (!uuid) throw notFound('import', id);
    const selection = { types: ['import.progressed'], subjectId: uuid };
    // Joined before the state is read: a change in between is delivered, not lost.
    const changes = await follow({ ...deps, snapshots: null }, { ...subscriber, after: null }, selection, async () => {
      const process = await deps.imports.find(uuid);
      return process ?? undefined;
    });
    const present = await deps.imports.find(uuid);
    if (present) return untilEnded(present, changes);
    await changes.return();
    throw notFound('import', id);
  };

/** `present`, then what `changes` brings, each state once, up to and with the one in which the import has ended. */
function untilEnded(
  present: ImportProcess,
  changes: AsyncIterableIterator<ImportProcess>,
): AsyncIterableIterator<ImportProcess> {
  let last: ImportProcess | null = null;
  const deliver = async (process: ImportProcess): Promise<IteratorResult<ImportProcess>> => {
    last = process;
    if (!isOpen(process.status)) await changes.return?.();
    return { done: false, value: process };
  };
  return {
    async next() {
      if (!last) return deliver(present);
      for (;;) {
        const { done, value } = await changes.next();
        if (done) return { done: true, value: undefined };
        // Several changes may have come before the first of them was read: they show the same state.
        if (JSON.stringify(value) !== JSON.stringify(last)) return deliver(value);
      }
    },
    async return() {
      await changes.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
