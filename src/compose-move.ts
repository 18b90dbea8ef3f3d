import { moveRecords } from './application/move/move-records.ts';
import type { Comparison, MovingPart, RecordKeeper } from './application/move/ports.ts';
import { projectTicketLogs } from './application/report/project-ticket-logs.ts';
import { rebuildReports } from './application/report/rebuild-reports.ts';
import { refreshReports } from './application/report/refresh-reports.ts';
import type { NewId } from './application/runtime.ts';
import { mongoReportStores, postgresReportStores, type ReportStores } from './compose-report-stores.ts';
import { cover } from './domain/report/cover.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';
import { mongoMovedLogs } from './infrastructure/mongo/reports/moved-logs.ts';
import { mongoMoveProgress } from './infrastructure/mongo/store-move.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { postgresMovedLogs } from './infrastructure/postgres/moved-logs.ts';

const LOGS_AT_ONCE = 1_000;

export type MoveDirection = 'to-mongo' | 'to-postgres';

export interface MoveParts {
  readonly db: Database;
  readonly mongo: Mongo;
  readonly newId: NewId;
  /** How many logs are copied at a time. */
  readonly logsAtOnce?: number;
  readonly onProgress: (name: string, copied: number) => void;
}

/** Records that are kept in one of the stores. */
interface Keepers {
  readonly name: string;
  readonly postgres: RecordKeeper<unknown>;
  readonly mongo: RecordKeeper<unknown>;
  readonly pageSize: number;
}

/** Whatever moves, in the order in which it moves. */
function keepersOf({ db, mongo, newId, logsAtOnce = LOGS_AT_ONCE }: Omit<MoveParts, 'onProgress'>): Keepers[] {
  return [
    {
      name: 'imported logs',
      postgres: postgresMovedLogs(db, newId),
      mongo: mongoMovedLogs(mongo, newId),
      pageSize: logsAtOnce,
    },
  ];
}

export type MoveResult =
  | { readonly kind: 'occupied'; readonly names: readonly string[] }
  | { readonly kind: 'moved' | 'differs'; readonly compared: readonly Comparison[] };

/** The move of everything that either store may keep: records are copied, projections are made anew from them. */
export function composeMove({ onProgress, ...parts }: MoveParts) {
  const { db, mongo, newId } = parts;
  const databases = { db, workDb: db, newId };
  const stores = { postgres: postgresReportStores(databases), mongo: mongoReportStores(mongo, databases) };

  return async (direction: MoveDirection, options: { readonly replace: boolean }): Promise<MoveResult> => {
    const toMongo = direction === 'to-mongo';
    const [from, to] = toMongo ? [stores.postgres, stores.mongo] : [stores.mongo, stores.postgres];
    const progress = mongoMoveProgress(mongo, direction);
    const moving = keepersOf(parts).map(
      ({ name, pageSize, ...kept }): MovingPart => ({
        name,
        pageSize,
        from: toMongo ? kept.postgres : kept.mongo,
        to: toMongo ? kept.mongo : kept.postgres,
      }),
    );
    const outcome = await moveRecords({ parts: moving, progress, onProgress })(options);
    if (outcome.kind === 'occupied') return outcome;

    await upToDate(from);
    await rebuild(to);
    const compared = [...outcome.counts, ...(await comparedReports(from, to))];
    const isEqual = compared.every((comparison) => comparison.from === comparison.to);
    if (isEqual) await progress.forget();
    return { kind: isEqual ? 'moved' : 'differs', compared };
  };
}

/** Everything that was committed is in the reports. */
async function upToDate({ liveLogs, buckets }: ReportStores): Promise<void> {
  const refresh = refreshReports({ buckets });
  await projectTicketLogs({ liveLogs, refreshReports: refresh })();
  await refresh();
}

async function rebuild({ liveLogs, buckets }: ReportStores): Promise<void> {
  await rebuildReports({ liveLogs, refreshReports: refreshReports({ buckets }) })();
}

/** What the reports of both stores say of all logs: those of live tickets are among them. */
async function comparedReports(from: ReportStores, to: ReportStores): Promise<Comparison[]> {
  const [first, second] = [await sumsOf(from), await sumsOf(to)];
  return [...first].map(([name, sum]) => ({ name, from: String(sum), to: String(second.get(name)) }));
}

async function sumsOf({ source }: ReportStores): Promise<Map<string, bigint>> {
  const ever = { from: null, to: null };
  const months = await source.monthTotals(cover(ever, 'MONTH'));
  const resolutions = await source.resolutionTotals(cover(ever));
  const agents = await source.topAgents(cover(ever), Number.MAX_SAFE_INTEGER);
  const sum = (values: readonly (number | bigint)[]) =>
    values.reduce<bigint>((total, value) => total + BigInt(value), 0n);
  return new Map([
    ['months with logs', BigInt(new Set(months.map(({ month }) => month)).size)],
    ['logs in the reports', sum(months.map(({ opened }) => opened))],
    ['escalated ones', sum(months.map(({ escalated }) => escalated))],
    ['resolved ones', sum(resolutions.map(({ tickets }) => tickets))],
    ['their durations in ms', sum(resolutions.map(({ totalMs }) => totalMs))],
    ['agents', BigInt(agents.length)],
    ['tickets that agents resolved', sum(agents.map(({ resolved }) => resolved))],
    ['breached ones of those', sum(agents.map(({ breached }) => breached))],
  ]);
}
