/** Counts what held and what did not, each told as a sentence when it is known. */
export class Steps {
  passed = 0;
  failed = 0;

  /** Runs one step. Its failure is told and counted, and ends whatever needs its result. */
  async step<T>(sentence: string, action: () => Promise<T> | T): Promise<T> {
    const before = performance.now();
    try {
      const result = await action();
      this.passed += 1;
      console.log(`  ok    ${sentence} (${Math.round(performance.now() - before)} ms)`);
      return result;
    } catch (error) {
      this.failed += 1;
      console.log(`  FAIL  ${sentence}\n${indented(error instanceof Error ? (error.stack ?? error.message) : error)}`);
      throw new StepFailed(sentence);
    }
  }

  /** Runs steps that belong together; a failed one ends them, but nothing else. Returns null then. */
  async story<T>(title: string, steps: () => Promise<T>): Promise<T | null> {
    console.log(`\n${title}`);
    try {
      return await steps();
    } catch (error) {
      if (error instanceof StepFailed) return null;
      // Between two steps: counted like one.
      return this.step(`${title} goes through`, () => Promise.reject(error)).catch(() => null);
    }
  }
}

class StepFailed extends Error {}

function indented(text: unknown): string {
  return String(text).replace(/^/gm, '        ');
}

/** Resolves with what `look` finds, asked again every 50 ms; rejects with `what` when nothing was found in time. */
export async function eventually<T>(what: string, ms: number, look: () => Promise<T | null> | T | null): Promise<T> {
  const giveUpAt = performance.now() + ms;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > giveUpAt) throw new Error(`${what}: not within ${ms} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
