import { moveRecords } from './application/move/move-records.ts';
import type { Comparison } from './application/move/ports.ts';
import { projectTicketLogs } from './application/report/project-ticket-logs.ts';
import { rebuildReports } from './application/report/rebuild-reports.ts';
import { refreshReports } from './application/report/refresh-reports.ts';
import { mongoReportStores } from './compose-mongo-reports.ts';
import { type MoveDirection, type MovedStores, movingParts, settleMongo } from './compose-move-parts.ts';
import { postgresReportStores, type ReportStores } from './compose-report-stores.ts';
import { cover } from './domain/report/cover.ts';
import { mongoMoveProgress } from './infrastructure/mongo/store-move.ts';

export interface MoveParts extends MovedStores {
  readonly onProgress: (name: string, copied: number) => void;
}

export type MoveResult =
  /** A move in this direction was broken off: until it is finished, nobody can tell which store has everything. */
  | { readonly kind: 'unfinished'; readonly direction: MoveDirection }
  | { readonly kind: 'occupied'; readonly names: readonly string[] }
  | { readonly kind: 'moved' | 'differs'; readonly compared: readonly Comparison[] };

/** The move of everything that either store may keep: records are copied, projections are made anew from them. */
export function composeMove({ onProgress, ...moved }: MoveParts) {
  const { db, mongo, newId } = moved;
  const databases = { db, workDb: db, newId };
  const stores = { postgres: postgresReportStores(databases), mongo: mongoReportStores(mongo, databases) };

  return async (direction: MoveDirection, options: { readonly replace: boolean }): Promise<MoveResult> => {
    const toMongo = direction === 'to-mongo';
    const [from, to] = toMongo ? [stores.postgres, stores.mongo] : [stores.mongo, stores.postgres];
    const other = toMongo ? 'to-postgres' : 'to-mongo';
    if (await mongoMoveProgress(mongo, other).hasBegun()) return { kind: 'unfinished', direction: other };
    if (!toMongo) await settleMongo(moved);

    const progress = mongoMoveProgress(mongo, direction);
    const outcome = await moveRecords({ parts: movingParts(moved, direction), progress, onProgress })(options);
    if (outcome.kind === 'occupied') return outcome;
    await upToDate(from);
    await rebuild(to);
    const compared = [...outcome.compared, ...(await comparedReports(from, to))];
    await progress.forget();
    const isEqual = compared.every((comparison) => comparison.from === comparison.to);
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
