import type { Goal, Outcome, Table } from '../harness/benchmark.ts';
import { comparison, type Metric, runsByName } from '../harness/comparison.ts';
import { type Figures, type Measured, medianOf } from '../harness/rounds.ts';
import { figure, ratio, withRange } from '../harness/statistics.ts';
import type { IdleFigures } from './idle.ts';
import type { KillFigures } from './kill.ts';
import type { LagFigures } from './lags.ts';
import type { MutationFigures } from './mutations.ts';

export interface Findings {
  readonly clocks: number;
  readonly fewClocks: number;
  readonly idle: IdleFigures;
  readonly burst: readonly Measured<LagFigures>[];
  readonly spread: readonly Measured<LagFigures>[];
  /** At few clocks, then at many. */
  readonly mutations: readonly Measured<MutationFigures>[];
  readonly kill: KillFigures;
  readonly onRedis: boolean;
  readonly troubles: readonly string[];
}

const METRICS: readonly Metric<LagFigures>[] = [
  { key: 'p50', label: 'p50, ms', digits: 0 },
  { key: 'p99', label: 'p99, ms', digits: 0 },
  { key: 'max', label: 'last, ms', digits: 0 },
  { key: 'missed', label: 'missed', summed: true },
  { key: 'twice', label: 'twice', summed: true },
  { key: 'cutOff', label: 'cut off', summed: true },
];
type Times = Figures & { readonly serverMs: number; readonly postgresMs: number };
const MUTATIONS = ['create', 'pause', 'resolve'] as const;

/** Tables, goals and notes of what was found. */
export function report(found: Findings): Outcome {
  const { burst, spread, mutations, kill, idle, troubles } = found;
  return {
    tables: [
      comparison('3,000 deadlines over 30 s', spread, METRICS.map(asMax), 'p99'),
      comparison('2,000 deadlines in one instant', burst, METRICS, 'max'),
      killTable(kill),
      mutationTable(found),
      processorTable(found),
      idleTable(idle),
    ],
    goals: goals(found),
    notes: [
      'From the due instant to the arrival of the frame, both by the clock of this machine; whole milliseconds.',
      'Each ticket escalates. It is inserted at least a second before it is due, and the server learns of it by the wake-up (NOTIFY) on which its deadline timer reads the nearest deadlines anew.',
      found.onRedis
        ? 'Queues and wake-ups on Postgres; on Redis where the name says so. Deadlines are watched in Postgres either way.'
        : 'Queues and wake-ups on Postgres. There is no redis-server here, so there is nothing to compare on Redis.',
      'The peer is kinder than what it stands for: Chatwoot looks every 5 minutes and runs a job for each SLA that is active; this one looks every 60 s, finds what is overdue by index, and pays one UPDATE each.',
      ...troubles.slice(0, 5).map((line) => `The server logged: ${line}`),
    ],
    figures: {
      clocks: found.clocks,
      idle,
      burst: runsByName(burst),
      spread: runsByName(spread),
      mutations: runsByName(mutations),
      kill,
      troubles,
    },
  };
}

function asMax(metric: Metric<LagFigures>): Metric<LagFigures> {
  return metric.key === 'max' ? { ...metric, label: 'max, ms' } : metric;
}

function killTable({ survivor, killedAfterFrames, whileClaiming }: KillFigures): Table {
  return {
    title:
      '1,000 deadlines over 10 s and 2,000 in one instant in the middle, two servers, the claiming one killed (-9)',
    columns: ['', ...METRICS.map(asMax).map(({ label }) => label), 'over 1 s late'],
    rows: [
      [
        'subscriber of the survivor',
        ...METRICS.map(({ key }) => withRange([survivor[key] ?? Number.NaN], 0)),
        String(survivor.overOneSecond),
      ],
    ],
    notes: [
      `Killed ${whileClaiming ? 'while it held the lock of the claimer' : 'between two claims'}, after ${figure(killedAfterFrames, 0)} frames.`,
    ],
  };
}

function mutationTable({ mutations: [few, many], clocks, fewClocks }: Findings): Table {
  const row = (name: string, key: (typeof MUTATIONS)[number]) => [
    name,
    ...[few, many].map((measured) => withRange(measured?.runs.map((run) => run[key]) ?? [], 0)),
    ratio(medianOf(few, key), medianOf(many, key)),
  ];
  return {
    title: 'mutations a second over HTTP, 8 at a time',
    columns: ['', `${figure(fewClocks, 0)} clocks`, `${figure(clocks, 0)} clocks`, 'cost of many / few'],
    rows: [row('create a ticket', 'create'), row('pause it (PENDING)', 'pause'), row('resolve it', 'resolve')],
  };
}

function idleTable({ server, postgres, seconds }: IdleFigures): Table {
  return {
    title: `idle for ${seconds} s: nothing due, one subscriber`,
    columns: ['', '% of a core'],
    rows: [
      ['server', told(server)],
      ['Postgres, all of its processes', told(postgres)],
    ],
  };
}

/** What another load on the machine hardly changes, unlike times. */
function processorTable({ burst, spread, mutations: [few, many], clocks, fewClocks }: Findings): Table {
  const row = (name: string, measured: Measured<Times> | undefined) => [
    name,
    told(medianOf(measured, 'serverMs')),
    told(medianOf(measured, 'postgresMs')),
  ];
  return {
    title: 'processor time of each, ms',
    columns: ['', 'server', 'Postgres'],
    rows: [
      row('alert in the spread', ours(spread)),
      row('alert in the burst', ours(burst)),
      row(`mutation at ${figure(fewClocks, 0)} clocks`, few),
      row(`mutation at ${figure(clocks, 0)} clocks`, many),
    ],
  };
}

function told(value: number): string {
  return Number.isNaN(value) ? 'not told by this system' : figure(value, 2);
}

function ours(of: readonly Measured<LagFigures>[]): Measured<LagFigures> | undefined {
  return of.find(({ contender }) => contender.role === 'ours');
}

function goals({ idle, burst, spread, mutations: [few, many], kill }: Findings): Goal[] {
  const isOurs = ({ contender }: Measured<LagFigures>) => contender.role === 'ours';
  const runs = [...[...burst, ...spread].filter(isOurs).flatMap((each) => each.runs), kill.survivor];
  const sum = (key: 'missed' | 'twice') => runs.reduce((total, run) => total + run[key], 0);
  const p99 = medianOf(ours(spread), 'p99');
  const last = medianOf(ours(burst), 'max');
  const goal = (what: string, measured: number, most: number, unit: string, digits = 0): Goal => ({
    what,
    wanted: most === 0 ? 'none' : `at most ${figure(most, digits)}${unit}`,
    measured: `${figure(measured, digits)}${unit}`,
    met: measured <= most,
  });
  const costs = MUTATIONS.map((key) =>
    goal(`${key}: cost of many / few`, medianOf(few, key) / medianOf(many, key), 1.2, 'x', 2),
  );
  const isTold = !Number.isNaN(idle.server + idle.postgres);
  const cpu = [
    goal('idle: server', idle.server, 2, ' %', 2),
    goal('idle: server and Postgres', idle.server + idle.postgres, 2, ' %', 2),
  ];
  return [
    goal('spread: p99', p99, 100, ' ms'),
    goal('burst: last frame', last, 1_000, ' ms'),
    goal('missed in any round', sum('missed'), 0, ''),
    goal('twice in any round', sum('twice'), 0, ''),
    goal('over 1 s late in the round with the kill', kill.survivor.overOneSecond, 0, ''),
    ...(isTold ? cpu : []),
    ...costs,
  ];
}
