/** The parts of an SLA clock that the bar draws. */
export interface BarClock {
  readonly startedAt: string;
  readonly dueAt: string | null;
  readonly atRiskAt: string | null;
  readonly breachedAt: string | null;
  readonly metAt: string | null;
  readonly intervals: readonly {
    readonly from: string;
    readonly to: string | null;
    readonly state: string;
    readonly reason: string;
    readonly workingSeconds: number;
  }[];
}

export interface BarPart {
  /** late: running behind the breach; left: what remains until it is due. */
  readonly kind: 'running' | 'paused' | 'late' | 'left';
  /** In percent of the bar. */
  readonly begin: number;
  readonly width: number;
}

export interface ClockBar {
  readonly parts: readonly BarPart[];
  readonly marks: readonly { readonly kind: 'risk' | 'due' | 'now'; readonly at: number }[];
}

/** The stretches of a clock on a line from its start to its end: when it was met, else the later of now and when it is due. */
export function clockBar(clock: BarClock, now: number): ClockBar {
  const start = Date.parse(clock.startedAt);
  const due = clock.breachedAt ?? clock.dueAt;
  const dueAt = due === null ? null : Date.parse(due);
  const end = clock.metAt === null ? now : Date.parse(clock.metAt);
  const last = Math.max(end, dueAt ?? end, start + 1);
  const place = (instant: number): number =>
    (Math.min(Math.max(instant - start, 0), last - start) / (last - start)) * 100;
  const parts: BarPart[] = [];
  const add = (kind: BarPart['kind'], from: number, to: number): void => {
    if (to > from) parts.push({ kind, begin: place(from), width: place(to) - place(from) });
  };
  const brokenAt = clock.breachedAt === null ? Number.POSITIVE_INFINITY : Date.parse(clock.breachedAt);
  for (const { from, to, state } of clock.intervals) {
    const begin = Date.parse(from);
    const stop = to === null ? end : Date.parse(to);
    if (state === 'PAUSED') add('paused', begin, stop);
    else {
      add('running', begin, Math.min(stop, brokenAt));
      add('late', Math.max(begin, brokenAt), stop);
    }
  }
  const isOpen = clock.metAt === null;
  if (isOpen && dueAt !== null) add('left', end, dueAt);
  const marks: ClockBar['marks'][number][] = [];
  if (clock.atRiskAt !== null) marks.push({ kind: 'risk', at: place(Date.parse(clock.atRiskAt)) });
  if (dueAt !== null) marks.push({ kind: 'due', at: place(dueAt) });
  if (isOpen) marks.push({ kind: 'now', at: place(now) });
  return { parts, marks };
}
