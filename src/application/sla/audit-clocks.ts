import { auditClock, type ClockMismatch } from '../../domain/audit/audit-clock.ts';
import type { Clock, Logger } from '../runtime.ts';
import type { AuditSlice, ClockAudit } from './audit-ports.ts';

const SLICE = 250;

/** A share each minute, so that a round takes 20 hours: all clocks within a day, with some hours to spare. */
export const SHARE_EVERY_MS = 60_000;
const SHARES_PER_ROUND = 1_200;
const SMALLEST_SHARE = 100;

/** So many mismatches are kept of a report; all of them are counted and logged. */
const MOST_KEPT = 100;

/** What an audit found. */
export interface AuditReport {
  /** Clocks that were recomputed and compared. */
  readonly audited: number;
  /** Clocks of which the log does not tell enough, by the reason. */
  readonly skipped: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Clocks whose rows and log differ; the first 100 of them. */
  readonly mismatched: number;
  readonly mismatches: readonly ClockMismatch[];
}

/** Told of each slice: how many clocks were compared, and how many of them differ. */
export type CountAudited = (audited: number, mismatched: number) => void;

interface Deps {
  readonly audit: ClockAudit;
  readonly clock: Clock;
  readonly log: Logger;
  readonly countAudited: CountAudited;
}

export interface AuditOptions {
  /**
   * Up to when detection was at work: what fell due more than a minute before it and was not recorded is a difference. The
   * present time unless given; null: nobody knows.
   */
  readonly watchedUntil?: Date | null;
  /** Told of the report so far, after each slice. */
  readonly onProgress?: (report: AuditReport) => void;
}

/**
 * Recomputes the clocks of all tickets from the event log alone and compares them with the stored ones. Each difference is
 * logged with both explanations. For the system: it asks for no actor.
 */
export const auditAllClocks =
  (deps: Deps) =>
  async (options: AuditOptions = {}): Promise<AuditReport> => {
    const watchedUntil = options.watchedUntil === undefined ? deps.clock.now() : options.watchedUntil;
    let report = NOTHING;
    let after = 0;
    for (;;) {
      const slice = await deps.audit.read({ after, limit: SLICE }, judgeAll(watchedUntil));
      if (!slice) return report;
      after = slice.last;
      report = sum(report, reported(deps, slice.verdict));
      options.onProgress?.(report);
    }
  };

/**
 * The same for the next share of the tickets, so that all of them are visited within a day when this runs each minute. Several
 * processes may run it, and it may be broken off: each slice is audited together with the move of the place.
 */
export const auditClockShare =
  (deps: Deps) =>
  async (signal?: AbortSignal): Promise<AuditReport> => {
    const now = deps.clock.now();
    const place = await deps.audit.beginShare(now, new Date(now.getTime() - SHARE_EVERY_MS / 2));
    let report = NOTHING;
    if (!place) return report;
    // What fell due while no server ran is recorded soon after the start: until then it is no difference.
    const judge = judgeAll(place.begunBefore);
    const share = Math.max(SMALLEST_SHARE, Math.ceil((place.last - place.first + 1) / SHARES_PER_ROUND));
    let { after } = place;
    const upTo = Math.min(Math.max(after, place.first - 1) + share, place.last);
    while (after < upTo && !signal?.aborted) {
      const slice = await deps.audit.share({ after, upTo, limit: SLICE }, judge);
      if (!slice) return report;
      after = slice.last;
      report = sum(report, reported(deps, slice.verdict));
    }
    return report;
  };

/** The same for some tickets; returns those whose clock differs from the log. Detection is not asked about. */
export const auditTickets =
  (deps: Deps) =>
  async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
    const report = reported(deps, await deps.audit.of(ids, judgeAll(null)));
    return new Set(report.mismatches.map(({ ticketId }) => ticketId));
  };

const NOTHING: AuditReport = { audited: 0, skipped: 0, reasons: {}, mismatched: 0, mismatches: [] };

const judgeAll =
  (watchedUntil: Date | null) =>
  ({ clocks, policies }: AuditSlice): AuditReport => {
    const reasons: Record<string, number> = {};
    const mismatches: ClockMismatch[] = [];
    for (const { stored, events } of clocks) {
      const verdict = auditClock(stored, events, policies, watchedUntil);
      if (verdict.kind === 'differs') mismatches.push(verdict.mismatch);
      if (verdict.kind === 'not_auditable') reasons[verdict.reason] = (reasons[verdict.reason] ?? 0) + 1;
    }
    const skipped = Object.values(reasons).reduce((total, each) => total + each, 0);
    return { audited: clocks.length - skipped, skipped, reasons, mismatched: mismatches.length, mismatches };
  };

function reported({ log, countAudited }: Deps, report: AuditReport): AuditReport {
  countAudited(report.audited, report.mismatched);
  for (const { ticketId, reference, differences, ...explanations } of report.mismatches) {
    const fields = differences.map(({ field }) => field);
    log.error(
      { ticketId, reference, fields, differences, ...explanations },
      'the stored clock is not what its log says',
    );
  }
  return report;
}

function sum(a: AuditReport, b: AuditReport): AuditReport {
  const reasons: Record<string, number> = { ...a.reasons };
  for (const [reason, tickets] of Object.entries(b.reasons)) reasons[reason] = (reasons[reason] ?? 0) + tickets;
  return {
    audited: a.audited + b.audited,
    skipped: a.skipped + b.skipped,
    reasons,
    mismatched: a.mismatched + b.mismatched,
    mismatches: [...a.mismatches, ...b.mismatches].slice(0, MOST_KEPT),
  };
}
