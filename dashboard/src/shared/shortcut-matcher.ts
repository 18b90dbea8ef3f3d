export interface KeyPress {
  readonly key: string;
  /** Milliseconds. */
  readonly at: number;
}

/** So long the first of two keys is remembered. */
const TOGETHER_MS = 1_200;

/** Finds the shortcut that a key completes; "g q" is two keys one after another. */
export class ShortcutMatcher {
  #before: KeyPress | null = null;

  press<T extends { readonly keys: string }>(press: KeyPress, shortcuts: readonly T[]): T | null {
    const before = this.#before && press.at - this.#before.at <= TOGETHER_MS ? this.#before.key : null;
    const pair = before === null ? undefined : shortcuts.find(({ keys }) => keys === `${before} ${press.key}`);
    const begins = shortcuts.some(({ keys }) => keys.startsWith(`${press.key} `));
    this.#before = !pair && begins ? press : null;
    return pair ?? shortcuts.find(({ keys }) => keys === press.key) ?? null;
  }
}
