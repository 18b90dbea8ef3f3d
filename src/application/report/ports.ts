import type { Day } from '../../domain/report/calendar.ts';
import type { Cover } from '../../domain/report/cover.ts';
import type { AgentTotals, MonthTotals, ResolutionTotals, WeekTotals } from '../../domain/report/reports.ts';
import type { LiveLog, LiveTicket, LogChanges } from '../../domain/report/ticket-log.ts';

/**
 * What the reports read. Every method takes whole days from buckets and only the edges of its cover from the logs. It sees
 * each bucket as it was before or after a refresh that is under way, never half of one, and whatever was refreshed before the
 * call as it is then.
 */
export interface ReportSource {
  /** Logs RESOLVED or CLOSED, by resolvedAt; several parts of a tier may come. */
  resolutionTotals(cover: Cover): Promise<readonly ResolutionTotals[]>;
  /** Logs by createdAt, for each month and tier that has any. The runs of the cover are days and months. */
  monthTotals(cover: Cover): Promise<readonly MonthTotals[]>;
  /** The first month in which a log was created; null when there is none. */
  firstMonth(): Promise<Day | null>;
  /** Logs RESOLVED or CLOSED that have an agent, by resolvedAt: the `limit` agents with most of them, then by name (code points). */
  topAgents(cover: Cover, limit: number): Promise<readonly AgentTotals[]>;
  /** Whole ISO weeks from `firstMonday` on and before `endMonday` that have any log, and how many logs were open when they began. */
  weekTotals(
    firstMonday: Day,
    endMonday: Day,
  ): Promise<{ readonly openBefore: number; readonly weeks: readonly WeekTotals[] }>;
}

/** The buckets, as what keeps them up to date sees them. */
export interface ReportBuckets {
  /** The months that have days whose buckets no longer match the logs, ascending. */
  staleMonths(): Promise<readonly Day[]>;
  /**
   * Recomputes the stale days of one month from their logs, then the month and its year, and takes their marks away once that
   * is stored. One process at a time: waits for others. Marks that are made meanwhile stay; broken off anywhere, every day
   * that may not match its logs is still marked. One process that was stopped and goes on harms nothing that others did since.
   */
  refreshMonth(month: Day): Promise<void>;
}

/** How far the logs of live tickets follow the event log. */
export interface ProjectionPlace {
  /** Up to here every event has been read. */
  readonly position: number;
  /** The newest event that can be seen now. */
  readonly newest: number;
  /** Below it events may have been removed (`EventLog.floor`): whoever stands there cannot catch up from the log alone. */
  readonly floor: number;
}

/** One step of the projection. */
export interface ProjectionSlice {
  /** Events after this position; null: after the saved one. */
  readonly after: number | null;
  /** Events up to this position. */
  readonly upTo: number;
  /** At most so many events. */
  readonly limit: number;
  /** The position is saved no further than this: below it no event can appear any more. */
  readonly settled: number;
}

/** The logs of live tickets, and the event log that tells which of them to look at again. */
export interface LiveLogs {
  place(): Promise<ProjectionPlace>;
  /** The highest position below which no event can appear any more. */
  settled(): Promise<number>;
  /**
   * Reads a slice of events of tickets and their clocks, has `changesOf` compare those tickets, as they are now, with their
   * logs, applies what it returns, marks the touched days stale, and then saves the position. One process at a time. Returns
   * how many events it read and the position it got to. Broken off anywhere, the saved position is still before the slice,
   * and the next call leaves the same logs and no touched day unmarked.
   */
  follow(slice: ProjectionSlice, changesOf: ChangesOf): Promise<{ readonly events: number; readonly position: number }>;
  /**
   * Forgets every live log and bucket, marks every day of the remaining logs stale, and sets the position back to the
   * beginning, so that whatever happens afterwards, the projection finds everything again.
   */
  forget(): Promise<void>;
  /** Like `follow`, but for the next `limit` tickets by id, deleted ones too. Returns the last id; null when none was left. */
  followTickets(
    page: { readonly after: string | null; readonly limit: number },
    changesOf: ChangesOf,
  ): Promise<string | null>;
  /** Saves the position unless it is further already. */
  savePosition(position: number): Promise<void>;
}

/** The logs of live tickets and the position they have got to, for one process that has them to itself. */
export interface LiveLogStore {
  /** The saved position; 0 at the beginning. Comes before everything else, and takes up what was broken off. */
  position(): Promise<number>;
  /** The logs of these tickets, of those that have one. */
  logsOf(ticketIds: readonly string[]): Promise<readonly LiveLog[]>;
  /** Stores and removes logs and marks the touched days; the same again changes nothing. */
  apply(changes: LogChanges): Promise<void>;
  savePosition(position: number): Promise<void>;
  /** As `LiveLogs.forget`, while nobody refreshes buckets either. The position first: what follows may be broken off. */
  forget(): Promise<void>;
}

export type ChangesOf = (tickets: readonly LiveTicket[], stored: readonly LiveLog[]) => LogChanges;

/** Waits for whatever was committed before the call to be in the reports; returns as of when they are right. */
export type Freshen = () => Promise<Date>;
