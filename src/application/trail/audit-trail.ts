import type { AuditEntry } from '../../domain/trail.ts';
import type { Clock, Logger, NewId } from '../runtime.ts';
import { OpenAct } from './open-act.ts';
import type { Act, AuditEntries, OpenActs, Trail } from './ports.ts';

export interface TrailDeps {
  readonly acts: OpenActs;
  readonly entries: Pick<AuditEntries, 'add'>;
  /** The code that a caller is told of an error. */
  readonly codeOf: (error: unknown) => string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly logger: Logger;
}

/** Nobody keeps a trail: for what runs without a server. */
export const NO_TRAIL: Trail = {
  record: (_, work) => work(),
  parts: () => (_, work) => work(),
  concerns: () => undefined,
  refused: async () => undefined,
};

/** The database is away or busy: whoever waits for it once more waits too long. */
const NOT_AWAITED = new Set(['UNAVAILABLE', 'TIMEOUT']);

/** See Trail. An entry that cannot be written by itself is logged; what it tells of has happened, or failed, all the same. */
export function auditTrail({ acts, entries, codeOf, clock, newId, logger }: TrailDeps): Trail {
  const add = async (entry: AuditEntry): Promise<void> => {
    try {
      await entries.add(entry);
    } catch (error) {
      logger.error({ err: error, entry }, 'an entry of the audit trail could not be written');
    }
  };

  const record = async <T>(act: Act, work: () => Promise<T>): Promise<T> => {
    const open = new OpenAct(act, newId(), clock);
    try {
      const result = await acts.run(open, work);
      if (!open.isSettled) await add(open.entryOfSuccess());
      return result;
    } catch (error) {
      const code = codeOf(error);
      const added = open.isSettled ? undefined : add(open.entryOfFailure(code));
      if (!NOT_AWAITED.has(code)) await added;
      throw error;
    } finally {
      open.settle();
    }
  };

  return {
    record,
    parts() {
      const whole = acts.current();
      whole?.settle();
      return (aimedAt, work) => (whole ? record({ ...whole.act, ...aimedAt }, work) : work());
    },
    concerns: (subjectId) => acts.current()?.concerns(subjectId),
    refused: (act, code) => add(new OpenAct(act, newId(), clock).entryOfFailure(code)),
  };
}
