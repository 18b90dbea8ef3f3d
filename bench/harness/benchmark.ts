/** What a benchmark is, and what it hands back. How one is run: run-benchmark.ts. */

export interface Benchmark {
  /** As in `npm run bench NAME`. */
  readonly name: string;
  /** One sentence: what is measured. */
  readonly about: string;
  run(stage: Stage): Promise<Outcome>;
}

/** What a benchmark may use while it runs. */
export interface Stage {
  /** An empty folder of its own, open to the user that Postgres runs as; removed at the end. */
  readonly folder: string;
  /** Tells whoever waits what is going on. */
  say(text: string): void;
  /** Work that is counted apart: making the data that is measured on. */
  seeding<T>(work: () => Promise<T>): Promise<T>;
  /** What has to be ended, however the benchmark ends; the last one first. */
  onEnd(end: () => Promise<unknown>): void;
}

export interface Outcome {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** What a reader has to know to judge the figures. */
  readonly notes: readonly string[];
  /** Everything that was measured, round by round, for the JSON file. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
  /** Lines below the table. */
  readonly notes?: readonly string[];
}

/** A figure that was promised. Missing it is told, and fails nothing: benchmarks are no tests. */
export interface Goal {
  readonly what: string;
  /** Like "at most 100 ms". */
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}
