import type { AuditEntry, AuditedChange } from '../../domain/trail.ts';
import type { Clock } from '../runtime.ts';
import type { Act } from './ports.ts';

/** An act while it is being done. It gets one entry; whoever writes it says so. */
export class OpenAct {
  readonly act: Act;
  readonly #id: string;
  readonly #clock: Clock;
  #subjectId: string | null;
  #noted: AuditedChange | null = null;
  #isSettled = false;

  constructor(act: Act, id: string, clock: Clock) {
    this.act = act;
    this.#id = id;
    this.#clock = clock;
    this.#subjectId = act.subjectId;
  }

  /** It has its entry, or needs none of its own. What happens later in its wake leaves none. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  settle(): void {
    this.#isSettled = true;
  }

  concerns(subjectId: string): void {
    this.#subjectId = subjectId;
  }

  /** A change that no transaction of ours can carry: its entry is written when the act is over. */
  note(change: AuditedChange): void {
    this.#noted = change;
  }

  /** The entry of a change. */
  entryOf(change: AuditedChange): AuditEntry {
    return this.#entry(!change.refused, change);
  }

  /** The entry of an act that is over and has none yet. */
  entryOfSuccess(): AuditEntry {
    return this.#entry(true, this.#noted ?? { subjectId: this.#subjectId, before: null, after: null });
  }

  entryOfFailure(code: string): AuditEntry {
    const after = { errorCode: code, ...this.act.tried };
    return this.#entry(false, { subjectId: this.#subjectId, before: null, after });
  }

  /** Always with the same id: whoever does not know whether the entry was committed may add it again. */
  #entry(succeeded: boolean, { subjectId, before, after, actorId }: AuditedChange): AuditEntry {
    const { action, ip, requestId } = this.act;
    return {
      id: this.#id,
      actorId: actorId ?? this.act.actorId,
      action,
      subjectId: subjectId ?? this.#subjectId,
      ip,
      requestId,
      succeeded,
      before: before && JSON.stringify(before),
      after: after && JSON.stringify(after),
      occurredAt: this.#clock.now(),
    };
  }
}
