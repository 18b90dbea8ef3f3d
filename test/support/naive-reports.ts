import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import type { ReportRange } from '../../src/domain/report/cover.ts';
import type { LogFacts } from '../../src/domain/report/ticket-log.ts';

/** The reports as anyone would write them down: from the raw logs, with no thought of speed. */
const TIERS: readonly (ClientTier | null)[] = ['VIP', 'NORMAL', null];

const isWithin = (instant: Date | null, { from, to }: ReportRange): boolean =>
  instant !== null && (from === null || instant >= from) && (to === null || instant < to);

const isDone = (log: LogFacts): boolean => log.status === 'RESOLVED' || log.status === 'CLOSED';
const millis = (log: LogFacts): number => (log.resolvedAt?.getTime() ?? 0) - log.createdAt.getTime();
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function nearestRank(sorted: readonly number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
}

export function naiveResolution(logs: readonly LogFacts[], range: ReportRange) {
  return TIERS.map((tier) => {
    const times = logs
      .filter((log) => isDone(log) && isWithin(log.resolvedAt, range) && (tier === null || log.clientType === tier))
      .map(millis)
      .sort((a, b) => a - b);
    const averageMinutes = times.length === 0 ? 0 : sum(times) / times.length / 60_000;
    return {
      counted: { tier, tickets: times.length, averageMinutes },
      medianMinutes: nearestRank(times, 0.5) / 60_000,
      p90Minutes: nearestRank(times, 0.9) / 60_000,
    };
  });
}

export function naiveEscalated(logs: readonly LogFacts[], range: ReportRange, now: Date) {
  const created = logs.map((log) => ({ log, name: log.createdAt.toISOString().slice(0, 7) }));
  const names = created.map(({ name }) => name).sort();
  const lastInstant = range.to ? new Date(range.to.getTime() - 1) : now;
  const last = lastInstant.toISOString().slice(0, 7);
  const rows = [];
  const month = new Date(`${range.from?.toISOString().slice(0, 7) ?? names[0] ?? last}-01T00:00:00Z`);
  for (; month.toISOString().slice(0, 7) <= last; month.setUTCMonth(month.getUTCMonth() + 1)) {
    const name = month.toISOString().slice(0, 7);
    for (const tier of TIERS) {
      const found = created.flatMap(({ log, name: own }) =>
        own === name && isWithin(log.createdAt, range) && (tier === null || log.clientType === tier) ? [log] : [],
      );
      rows.push({
        month: name,
        tier,
        escalated: found.filter((log) => log.escalationLevel > 0).length,
        total: found.length,
      });
    }
  }
  return rows;
}

export function naiveAgents(logs: readonly LogFacts[], range: ReportRange, limit: number) {
  const found = logs.filter((log) => isDone(log) && log.agent !== null && isWithin(log.resolvedAt, range));
  const agents = [...new Set(found.map((log) => log.agent ?? ''))];
  return agents
    .map((agent) => {
      const own = found.filter((log) => log.agent === agent);
      const breached = own.filter((log) => log.breached).length;
      return {
        agent,
        resolved: own.length,
        averageMinutes: sum(own.map(millis)) / own.length / 60_000,
        breached,
        slaMetPercent: (100 * (own.length - breached)) / own.length,
      };
    })
    .sort((a, b) => b.resolved - a.resolved || Buffer.compare(Buffer.from(a.agent), Buffer.from(b.agent)))
    .slice(0, limit);
}

export function naiveWeeks(logs: readonly LogFacts[], weeks: number, now: Date) {
  const thisMonday = new Date(now);
  thisMonday.setUTCHours(0, 0, 0, 0);
  while (thisMonday.getUTCDay() !== 1) thisMonday.setUTCDate(thisMonday.getUTCDate() - 1);
  return Array.from({ length: weeks }, (_, index) => {
    const from = new Date(thisMonday.getTime() - (weeks - 1 - index) * 7 * 86_400_000);
    const to = new Date(from.getTime() + 7 * 86_400_000);
    const count = (instant: (log: LogFacts) => Date | null) =>
      logs.filter((log) => isWithin(instant(log), { from, to })).length;
    const until = { from: null, to };
    const opened = logs.filter((log) => isWithin(log.createdAt, until)).length;
    const done = logs.filter((log) => isDone(log) && isWithin(log.resolvedAt, until)).length;
    return {
      opened: count((log) => log.createdAt),
      resolved: count((log) => (log.status === 'RESOLVED' ? log.resolvedAt : null)),
      closed: count((log) => (log.status === 'CLOSED' ? log.resolvedAt : null)),
      escalated: count((log) => log.escalatedAt),
      breached: count((log) => log.breachedAt),
      backlog: opened - done,
    };
  });
}

/** Numbers from 0 on and below 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Logs of `days` days from `first` on; every eighth instant is on midnight or a millisecond beside it. */
export function randomLogs(seed: number, count: number, first: Date, days: number): LogFacts[] {
  const random = randomNumbers(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  const near = (instant: number): Date => {
    if (random() > 1 / 8) return new Date(Math.floor(instant));
    return new Date(Math.floor(instant / 86_400_000) * 86_400_000 + pick([-1, 0, 0, 1]));
  };
  return Array.from({ length: count }, (): LogFacts => {
    const createdAt = near(first.getTime() + random() * days * 86_400_000);
    const status = pick<TicketStatus>([
      'OPEN',
      'PENDING',
      'ESCALATED',
      'RESOLVED',
      'RESOLVED',
      'CLOSED',
      'CLOSED',
      'CLOSED',
    ]);
    const isOver = status === 'RESOLVED' || status === 'CLOSED';
    const late = near(createdAt.getTime() + Math.exp(random() * 22));
    const resolvedAt = late > createdAt ? late : createdAt;
    const escalationLevel = random() < 0.2 ? 1 + Math.floor(random() * 3) : 0;
    const breached = random() < 0.3;
    return {
      clientType: random() < 0.3 ? 'VIP' : 'NORMAL',
      status,
      createdAt,
      resolvedAt: isOver ? resolvedAt : null,
      agent:
        random() < 0.1 ? null : pick(['ada@desk.example', 'bob', 'zoë', 'émile', 'Ωmega', '_x', 'chi@desk.example']),
      escalationLevel,
      escalatedAt: escalationLevel > 0 ? near(createdAt.getTime() + random() * 9e8) : null,
      breached,
      breachedAt: breached ? near(createdAt.getTime() + random() * 9e8) : null,
    };
  });
}
