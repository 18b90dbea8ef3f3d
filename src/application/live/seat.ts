import type { LoggedEvent } from '../../domain/event.ts';
import type { Leaving, Member, Payload } from './live-sharing.ts';
import type { Place } from './live-view.ts';

/** What was made of an event, ready to be given. */
export interface Made<P> {
  readonly payload: P;
  readonly position: number;
  readonly state: string | null;
  readonly isLast: boolean;
}

/** An event on its way; `made` undefined: not made yet, or no longer kept; null: it is not for this group. */
export interface Entry<P> {
  readonly event: LoggedEvent;
  made: Made<P> | null | undefined;
  madeAt: number;
}

/** A member's place in a group. */
export class Seat<P extends Payload> implements Place {
  readonly member: Member<P>;
  readonly onEnd: (how: Leaving) => void;
  position: number;
  state: string | null;
  /** What waits for it while it is slow; null: it keeps up. */
  behind: Entry<P>[] | null = null;

  constructor(member: Member<P>, place: Place, onEnd: (how: Leaving) => void) {
    this.member = member;
    this.onEnd = onEnd;
    this.position = place.position;
    this.state = place.state;
  }

  /** Gives it what it has not got yet, in order, each state once. `all`: it took all, and takes more; `ended`: nothing follows. */
  give(made: readonly Made<P>[]): { readonly all: boolean; readonly ended: boolean } {
    const wanted = this.#wanted(made);
    const taken = wanted.length === 0 ? 0 : this.member.give(wanted.map(({ payload }) => payload));
    const last = wanted[taken - 1];
    if (last) {
      this.position = last.position;
      this.state = last.state;
    }
    return { all: taken === wanted.length && this.member.busy() === null, ended: last?.isLast === true };
  }

  /** Whatever lies up to here is not for it, unless it is behind. */
  passes(position: number): void {
    if (!this.behind && position > this.position) this.position = position;
  }

  #wanted(made: readonly Made<P>[]): readonly Made<P>[] {
    const [first] = made;
    if (first && first.state === null && first.position > this.position) return made;
    let { state } = this;
    let ended = false;
    return made.filter((each) => {
      if (ended || each.position <= this.position || (each.state !== null && each.state === state)) return false;
      state = each.state;
      ended = each.isLast;
      return true;
    });
  }
}
