/** Fields that belong on every line which is logged while something runs. */
export interface LogScope {
  /** Runs `work`; every line logged meanwhile, also after awaiting, carries `fields`. Scopes nest. */
  run<T>(fields: Readonly<Record<string, unknown>>, work: () => T): T;
  /** The fields of the scope that runs now. */
  current(): Readonly<Record<string, unknown>>;
}
