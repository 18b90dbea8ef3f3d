/** The keys of every advisory lock that is taken by number, in one place so that no two mean the same. */
export const ADVISORY_LOCKS = {
  /** Migrations run in one process at a time. */
  migrate: 7_243_001,
  /** One claimer of due clocks at a time, so that alerts come in due order. */
  claimDueClocks: 7_243_002,
  /** One mover of clocks to another policy after the other. */
  moveClocks: 7_243_004,
  /** One writer of report buckets at a time. */
  reportBuckets: 7_243_003,
} as const;
