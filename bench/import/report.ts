import type { Goal, Outcome, Table } from '../harness/benchmark.ts';
import { comparison, runsByName } from '../harness/comparison.ts';
import { type Measured, medianOf } from '../harness/rounds.ts';
import { figure, ratio, withRange } from '../harness/statistics.ts';
import type { ReadFigures, StageFigures, StageName } from './contenders.ts';
import type { MeanwhileFigures } from './meanwhile.ts';
import type { MemoryFigures } from './memory.ts';
import type { MongoFigures } from './on-mongo.ts';
import type { RunFigures } from './ours.ts';

export interface Findings {
  readonly rows: number;
  readonly many: number;
  /** Ours, only reading, only writing, a job per row. */
  readonly totals: readonly Measured<RunFigures>[];
  readonly stages: Measured<StageFigures>;
  readonly memory: {
    readonly small: MemoryFigures;
    readonly large: MemoryFigures;
    readonly read: ReadFigures;
  };
  readonly largeTotals: Readonly<Record<'ours' | 'read' | 'copy', RunFigures>>;
  readonly meanwhile: readonly MeanwhileFigures[];
  readonly mongo: MongoFigures | null;
}

const METRICS = [
  { key: 'seconds', label: 's', digits: 2 },
  { key: 'rowsPerSecond', label: 'rows/s', digits: 0 },
  { key: 'cpu', label: 'CPU s', digits: 2 },
  { key: 'postgresCpu', label: 'CPU s of Postgres', digits: 2 },
] as const;

/** Each stage by itself; what it is compared with is the first column of the table. */
const STAGES: readonly (readonly [StageName, string])[] = [
  ['upload', 'upload into the store'],
  ['inflate', 'only inflating the file'],
  ['read', 'reading: inflating, scanning, values, through the thread'],
  ['handOver', 'spooling, reading, cutting and handing over to the store'],
  ['keep', 'keeping the chunks'],
  ['take', 'taking the chunks, 10 at a time'],
  ['parse', 'parsing and judging'],
  ['write', 'writing, 10 chunks at a time'],
  ['rollup', 'rolling up the reports'],
];

export function report(found: Findings): Outcome {
  const { rows, many, totals, stages, memory, largeTotals, meanwhile, mongo } = found;
  const count = (n: number) => n.toLocaleString('en-US');
  return {
    tables: [
      comparison(`${count(rows)} rows into PostgreSQL`, totals, METRICS, 'rowsPerSecond'),
      stageTable(`${count(rows)} rows into PostgreSQL, one stage after the other`, stages),
      largeTable(`${count(many)} rows into PostgreSQL, once`, largeTotals),
      memoryTable(found),
      meanwhileTable(meanwhile),
      ...(mongo
        ? [
            comparison(`${count(mongo.rows)} rows into ${mongo.mongo.name}`, mongo.totals, METRICS, 'rowsPerSecond'),
            stageTable(`${count(mongo.rows)} rows into ${mongo.mongo.name}, one stage after the other`, mongo.stages),
          ]
        : []),
    ],
    goals: goals(found),
    notes: [
      'Ours: from the beginning of the upload to the end of the import, reports included. Every import was checked: rows that went in, rows that did not, logs in the store.',
      'Only reading: the reader of the product in its thread, the rows let go of. Only COPY: the same rows in one statement from a file on the server, into the same table with its indexes.',
      ...(mongo ? mongo.mongo.notes : ['There is no MongoDB here.']),
    ],
    figures: {
      totals: runsByName(totals),
      stages: stages.runs,
      memory,
      largeTotals,
      meanwhile,
      ...(mongo ? { mongo: { totals: runsByName(mongo.totals), stages: mongo.stages.runs } } : {}),
    },
  };
}

function stageTable(title: string, { runs }: Measured<StageFigures>): Table {
  return {
    title,
    columns: ['', 's', 'CPU s', 'CPU s of Postgres'],
    rows: STAGES.map(([key, name]) => [
      name,
      ...[key, `${key} cpu`, `${key} postgresCpu`].map((each) =>
        withRange(
          runs.map((run) => run[each] ?? Number.NaN),
          2,
        ),
      ),
    ]),
    notes: ['Nothing overlaps here; in an import reading, keeping, taking, parsing and writing do.'],
  };
}

function largeTable(title: string, { ours, read, copy }: Findings['largeTotals']): Table {
  const row = (name: string, run: RunFigures) => [
    name,
    ...METRICS.map(({ key, digits }) => figure(run[key], digits)),
    run === ours ? '' : ratio(ours.seconds, run.seconds),
  ];
  return {
    title,
    columns: ['', ...METRICS.map(({ label }) => label), 'ours / this, s'],
    rows: [row('TechSupport Pro', ours), row('only reading it', read), row('only COPY of its rows', copy)],
  };
}

function memoryTable({ memory: { small, large, read }, rows, many }: Findings): Table {
  const row = (name: string, { idleMiB, peakMiB }: Pick<MemoryFigures, 'idleMiB' | 'peakMiB'>) => [
    name,
    figure(idleMiB, 0),
    figure(peakMiB, 0),
  ];
  return {
    title: 'resident memory of the server that has just started and of what it starts, MiB',
    columns: ['', 'before', 'peak'],
    rows: [
      row(`${rows.toLocaleString('en-US')} rows`, small),
      row(`${many.toLocaleString('en-US')} rows`, large),
      row(`only reading ${many.toLocaleString('en-US')} rows`, { idleMiB: Number.NaN, peakMiB: read.peakMiB }),
    ],
  };
}

function meanwhileTable(meanwhile: readonly MeanwhileFigures[]): Table {
  const ms = (value: number) => figure(value, 1);
  return {
    title: 'a page of 50 tickets every 20 ms, ms',
    columns: ['', 'idle p50', 'p99', 'max', 'importing p50', 'p99', 'max', 'p99 importing / idle'],
    rows: meanwhile.map(({ name, idle, importing }) => [
      name,
      ...[idle, importing].flatMap(({ p50, p99, max }) => [ms(p50), ms(p99), ms(max)]),
      ratio(importing.p99, idle.p99),
    ]),
  };
}

function goals({ totals, memory, meanwhile }: Findings): Goal[] {
  const [ours, read, copy, row] = totals;
  const longer = Math.max(medianOf(read, 'seconds'), medianOf(copy, 'seconds'));
  const total = medianOf(ours, 'seconds') / longer;
  const perRow = medianOf(ours, 'rowsPerSecond') / medianOf(row, 'rowsPerSecond');
  const growth = memory.large.peakMiB / memory.small.peakMiB;
  const atMost = (what: string, measured: number, most: number): Goal => ({
    what,
    wanted: `at most ${figure(most, 1)}x`,
    measured: `${figure(measured, 2)}x`,
    met: measured <= most,
  });
  return [
    atMost('total / the longer of reading alone and one bulk write alone', total, 1.3),
    ...(row
      ? [
          {
            what: 'as fast as a job per row',
            wanted: 'at least 10x',
            measured: `${figure(perRow, 1)}x`,
            met: perRow >= 10,
          },
        ]
      : []),
    ...(Number.isNaN(growth) ? [] : [atMost('peak memory, ten times the rows', growth, 1.3)]),
    ...meanwhile.map(({ name, idle, importing }) =>
      atMost(`API p99 while importing / idle, ${name}`, importing.p99 / idle.p99, 2),
    ),
  ];
}
