import type { Goal, Outcome, Table } from '../harness/benchmark.ts';
import { runsByName } from '../harness/comparison.ts';
import { type Figures, type Measured, medianOf } from '../harness/rounds.ts';
import { figure, ratio, withRange } from '../harness/statistics.ts';
import type { MongoFigures } from './on-mongo.ts';
import type { Question } from './questions.ts';

export interface Findings {
  readonly few: number;
  readonly many: number;
  readonly questions: readonly Question[];
  /** Of few logs, of many; the same from the raw logs; an answer without a report. */
  readonly measured: readonly Measured<Figures>[];
  /** Seconds to make the reports of few and of many logs. */
  readonly rollups: readonly [number, number];
  readonly mongo: MongoFigures | null;
}

const WANTED_MS = 10;
const WANTED_TIMES = 100;
const WANTED_GROWTH = 1.2;

export function report(found: Findings): Outcome {
  const { measured, questions, rollups, mongo, few, many } = found;
  return {
    tables: [
      latencyTable(found),
      rawTable(found),
      {
        title: 'making every report anew from the logs, s',
        columns: ['', 's'],
        rows: [
          [`${count(few)} logs`, figure(rollups[0], 2)],
          [`${count(many)} logs`, figure(rollups[1], 2)],
          ...(mongo ? [[`${count(mongo.logs)} logs in ${mongo.mongo.name}`, figure(mongo.rollup, 2)]] : []),
        ],
      },
      ...(mongo ? [mongoTable(mongo, questions)] : []),
    ],
    goals: goals(found),
    notes: [
      'Ours over HTTP, one after the other, everything that was committed before included; the raw logs by one statement each, on a connection of its own, without HTTP.',
      'Every answer was compared with the statement before it was timed: counts equal, averages to 9 digits, median and p90 within 1 %.',
      ...(mongo
        ? ['Both stores gave the same text for the same logs.', ...mongo.mongo.notes]
        : ['There is no MongoDB here.']),
    ],
    figures: { rounds: runsByName(measured), rollups, ...(mongo ? { mongo: runsByName(mongo.measured) } : {}) },
  };
}

const count = (n: number) => n.toLocaleString('en-US');
const rangeOf = (measured: Measured<Figures> | undefined, name: string, digits = 1) =>
  withRange(measured?.runs.map((run) => run[name] ?? Number.NaN) ?? [], digits);

function latencyTable({ measured: [few, many, , , floor], questions, ...sizes }: Findings): Table {
  return {
    title: 'one report over HTTP, ms',
    columns: ['', `${count(sizes.few)} logs`, `${count(sizes.many)} logs`, 'p99', 'many / few'],
    rows: [
      ...questions.map(({ name }) => [
        name,
        rangeOf(few, name),
        rangeOf(many, name),
        rangeOf(many, `${name} p99`),
        ratio(medianOf(many, name), medianOf(few, name)),
      ]),
      ['{ __typename } (limit)', '', rangeOf(floor, 'floor'), '', ''],
    ],
  };
}

function rawTable({ measured: [few, many, fewRaw, manyRaw], questions, ...sizes }: Findings): Table {
  return {
    title: 'the same from the raw logs, ms',
    columns: ['', `${count(sizes.few)} logs`, 'this / ours', `${count(sizes.many)} logs`, 'this / ours'],
    rows: questions.map(({ name }) => [
      name,
      rangeOf(fewRaw, name, 0),
      ratio(medianOf(fewRaw, name), medianOf(few, name)),
      rangeOf(manyRaw, name, 0),
      ratio(medianOf(manyRaw, name), medianOf(many, name)),
    ]),
  };
}

function mongoTable({ mongo: of, logs, measured: [ours, raw] }: MongoFigures, questions: readonly Question[]): Table {
  return {
    title: `one report over HTTP from ${of.name}, ${count(logs)} logs, ms`,
    columns: ['', 'ours', 'p99', 'from the raw logs', 'this / ours'],
    rows: questions.map(({ name }) => {
      const isCounted = raw?.runs.some((run) => run[name] !== undefined);
      return [
        name,
        rangeOf(ours, name),
        rangeOf(ours, `${name} p99`),
        ...(isCounted ? [rangeOf(raw, name, 0), ratio(medianOf(raw, name), medianOf(ours, name))] : ['', '']),
      ];
    }),
  };
}

function goals({ measured: [few, many, , raw], questions, many: logs }: Findings): Goal[] {
  return questions.flatMap(({ name }) => {
    const ms = medianOf(many, name);
    const growth = ms / medianOf(few, name);
    const times = medianOf(raw, name) / ms;
    return [
      {
        what: `${name}: at ${count(logs)} logs`,
        wanted: `under ${WANTED_MS} ms`,
        measured: `${figure(ms)} ms`,
        met: ms < WANTED_MS,
      },
      {
        what: `${name}: many / few`,
        wanted: `at most ${WANTED_GROWTH}x`,
        measured: `${figure(growth, 2)}x`,
        met: growth <= WANTED_GROWTH,
      },
      {
        what: `${name}: raw / ours`,
        wanted: `at least ${WANTED_TIMES}x`,
        measured: `${figure(times, 0)}x`,
        met: times >= WANTED_TIMES,
      },
    ];
  });
}
