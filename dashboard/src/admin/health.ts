export type CheckStatus = 'up' | 'degraded' | 'down';

export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly critical: boolean;
  readonly latencyMs: number;
  readonly detail: string | null;
}

/** What /health/ready says. */
export interface Readiness {
  /** ready, degraded, unavailable or stopping; "unknown" for anything else. */
  readonly overall: string;
  readonly checks: readonly Check[];
}

/** What /health/metrics says, as far as it is shown; null: it does not say it just now. */
export interface Numbers {
  readonly uptimeSeconds: number | null;
  readonly rss: number | null;
  readonly lagMs: number | null;
  readonly running: number | null;
  readonly overdueUnalerted: number | null;
  readonly subscribers: number | null;
  readonly problem: string | null;
}

const OVERALL = new Set(['ready', 'degraded', 'unavailable', 'stopping']);
const STATUSES = ['up', 'degraded', 'down'] as const;
const RANK: Readonly<Record<CheckStatus, number>> = { down: 0, degraded: 1, up: 2 };

/** Reads an answer of /health/ready, the worst check first; null when it is none. */
export function readReadiness(body: unknown): Readiness | null {
  const { status, checks } = recordOf(body);
  if (typeof status !== 'string' || typeof checks !== 'object') return null;
  const read = Object.entries(recordOf(checks)).map(([name, value]): Check => {
    const check = recordOf(value);
    return {
      name,
      // What is not understood is not taken for well.
      status: STATUSES.find((each) => each === check.status) ?? 'down',
      critical: check.critical === true,
      latencyMs: numberIn(check.latencyMs) ?? 0,
      detail: typeof check.detail === 'string' ? check.detail : null,
    };
  });
  return {
    overall: OVERALL.has(status) ? status : 'unknown',
    checks: read.sort((a, b) => RANK[a.status] - RANK[b.status]),
  };
}

/** Reads an answer of /health/metrics. */
export function readNumbers(body: unknown): Numbers {
  const all = recordOf(body);
  const clocks = recordOf(all.clocks);
  return {
    uptimeSeconds: numberIn(all.uptimeSeconds),
    rss: numberIn(recordOf(all.memory).rss),
    lagMs: numberIn(recordOf(all.eventLoopLagMs).p99Ms),
    running: numberIn(clocks.running),
    overdueUnalerted: numberIn(clocks.overdueUnalerted),
    subscribers: numberIn(all.subscribers),
    problem: typeof all.problem === 'string' ? all.problem : null,
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const numberIn = (value: unknown): number | null => (typeof value === 'number' ? value : null);
