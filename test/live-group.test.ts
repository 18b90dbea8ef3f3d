import { expect, it } from 'vitest';
import { Breath } from '../src/application/breath.ts';
import { LiveGroups } from '../src/application/live/live-groups.ts';
import type { EventListener } from '../src/application/live/live-hub.ts';
import type { Leaving, Member, Payload } from '../src/application/live/live-sharing.ts';
import type { LiveView } from '../src/application/live/live-view.ts';
import { SlowSubscriberError } from '../src/application/live/slow-subscriber-error.ts';
import type { LoggedEvent } from '../src/domain/event.ts';
import { Dice } from './support/simulation-random.ts';
import { replayable, seeds } from './support/soak.ts';

interface Told extends Payload {
  readonly position: number;
  /** What rights were when it was made. */
  readonly rights: number;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Groups under a hub that is told by hand. Every third event is for nobody. */
function groupsByHand({ maxBacklog = 1_000, bytes = 10, steps = 250, makeTurns = (): number => 0, makeMs = 0 } = {}) {
  const listeners = new Set<EventListener>();
  const hub = {
    listen: (listener: EventListener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const state = { now: 0, rights: 0, position: 0, made: 0, refreshed: 0 };
  const groups = new LiveGroups({ hub, maxBacklog, now: () => state.now, breath: new Breath(steps) });
  const view: LiveView<Told> = {
    selection: { types: null, subjectId: null },
    audience: 'all',
    prefetch: async (_, { anew }) => {
      if (anew) state.refreshed += 1;
    },
    deliver: async ({ position }) => (position % 3 === 0 ? undefined : { position, rights: state.rights, bytes }),
    states: null,
  };
  const make = async (told: Told): Promise<Told> => {
    state.made += 1;
    state.now += makeMs;
    for (let left = makeTurns(); left > 0; left -= 1) await turn();
    return told;
  };
  return {
    state,
    groups,
    tell: (count = 1) => {
      for (; count > 0; count -= 1) {
        state.position += 1;
        const event = { position: state.position, type: 'ticket.updated', subjectId: null } as LoggedEvent;
        for (const listener of listeners) listener(event);
      }
    },
    join: (member: Member<Told>, onEnd: (how: Leaving) => void = () => undefined) =>
      groups.join(view, { key: 'k', make, member }, { position: state.position, state: null }, onEnd),
  };
}

/** A member that can be slow, and remembers what it was given and when. */
function memberOf(state: { readonly now: number; readonly rights: number }) {
  const told: (Told & { readonly rightsThen: number })[] = [];
  let busy: Promise<void> | null = null;
  let release = () => {};
  const member = {
    told,
    /** Takes so many more, then is busy until released; null: it is quick. */
    room: null as number | null,
    busy: () => busy,
    give(payloads: readonly Told[]) {
      let taken = 0;
      for (const each of payloads) {
        if (busy) break;
        told.push({ ...each, rightsThen: state.rights });
        taken += 1;
        if (member.room !== null) {
          member.room -= 1;
          if (member.room <= 0) {
            busy = new Promise((resolve) => {
              release = resolve;
            });
          }
        }
      }
      return taken;
    },
    /** Something else fills its socket. */
    block() {
      busy ??= new Promise((resolve) => {
        release = resolve;
      });
    },
    release(room: number | null) {
      member.room = room;
      busy = null;
      release();
    },
  };
  return member;
}

const wantedFrom = (after: number, upTo: number) =>
  Array.from({ length: upTo - after }, (_, i) => after + i + 1).filter((position) => position % 3 !== 0);

it.each(seeds(20, 2_000))('everyone gets everything once and in order, however slow, whenever they come (%i)', (seed) =>
  replayable(seed, async () => {
    const dice = new Dice(seed);
    const { state, groups, tell, join } = groupsByHand({
      bytes: dice.pick([10, 400_000]),
      steps: dice.pick([1, 3, 250]),
      makeTurns: () => dice.below(3),
    });
    type Here = { member: ReturnType<typeof memberOf>; after: number; leave: () => void };
    let here: Here[] = [];
    const gone: Here[] = [];
    for (let step = 0; step < 60; step += 1) {
      if (dice.chance(0.3)) {
        const member = memberOf(state);
        const after = state.position;
        if (dice.chance(0.5)) member.room = dice.within(1, 5);
        here.push({ member, after, leave: join(member) });
      }
      if (dice.chance(0.7)) tell(dice.within(1, 20));
      if (dice.chance(0.2)) state.now += dice.pick([100, 600]);
      for (const { member } of here) if (dice.chance(0.3)) member.release(dice.chance(0.5) ? dice.within(1, 9) : null);
      for (const { member } of here) if (dice.chance(0.1)) member.block();
      for (const each of here.filter(() => dice.chance(0.03))) {
        each.leave();
        gone.push(each);
      }
      here = here.filter((each) => !gone.includes(each));
      for (let left = dice.below(4); left > 0; left -= 1) {
        await turn();
        for (const { member } of here) if (dice.chance(0.05)) member.block();
      }
    }
    const positions = ({ member }: Here) => member.told.map(({ position }) => position);
    for (const each of here) each.member.release(null);
    for (const each of here) {
      const wanted = wantedFrom(each.after, state.position);
      for (let patience = 10_000; positions(each).length < wanted.length && patience > 0; patience -= 1) await turn();
      expect(positions(each)).toEqual(wanted);
    }
    for (const each of gone) {
      const all = positions(each);
      expect(all).toEqual(wantedFrom(each.after, state.position).slice(0, all.length));
    }
    for (const { leave } of here) leave();
    expect(groups.size).toEqual({ groups: 0, members: 0 });
  }));

it('makes each event once for a thousand, and lets the event loop go on between slices of them', async () => {
  const { state, tell, join } = groupsByHand({ steps: 100 });
  const members = Array.from({ length: 1_000 }, () => memberOf(state));
  for (const member of members) join(member);
  tell();
  const reached: number[] = [];
  while (reached.at(-1) !== members.length) {
    await turn();
    reached.push(members.filter(({ told }) => told.length === 1).length);
  }
  expect(state.made).toBe(1);
  // In each turn an HTTP request could have been answered.
  const slices = reached.map((count, i) => count - (reached[i - 1] ?? 0));
  expect(Math.max(...slices)).toBeLessThanOrEqual(100);
});

it('asks for rights anew before it gives what waited for half a second', async () => {
  const { state, tell, join } = groupsByHand();
  const [slow, quick] = [memberOf(state), memberOf(state)];
  slow.room = 1;
  join(slow);
  join(quick);
  tell(5);
  await turn();
  expect(slow.told).toHaveLength(1);
  expect(quick.told).toHaveLength(4);
  state.now += 501;
  state.rights += 1;
  slow.release(null);
  while (slow.told.length < 4) await turn();
  expect(slow.told.map(({ rights }) => rights)).toEqual([0, 1, 1, 1]);
  expect(state.refreshed).toBe(1);
});

it('gives what waited also on a machine on which making takes longer than half a second each time', async () => {
  const { state, tell, join } = groupsByHand({ makeMs: 600 });
  const slow = memberOf(state);
  slow.room = 1;
  join(slow);
  tell(5);
  await turn();
  slow.release(null);
  for (let turns = 0; turns < 50 && slow.told.length < 4; turns += 1) await turn();
  expect(slow.told.map(({ position }) => position)).toEqual([1, 2, 4, 5]);
});

it('cuts off only the member for which too much waits', async () => {
  const { state, tell, join } = groupsByHand({ maxBacklog: 10 });
  const [slow, quick] = [memberOf(state), memberOf(state)];
  slow.room = 1;
  const ended: Leaving[] = [];
  join(slow, (how) => ended.push(how));
  join(quick);
  for (let i = 0; i < 20; i += 1) {
    tell();
    await turn();
  }
  expect(ended).toEqual([{ failure: expect.any(SlowSubscriberError) }]);
  expect(slow.told).toHaveLength(1);
  expect(quick.told).toHaveLength(14);
});

it('holds no more than a megabyte of what was made for those who are behind', async () => {
  const { state, tell, join } = groupsByHand({ bytes: 400_000 });
  const slow = memberOf(state);
  slow.room = 1;
  join(slow);
  join(memberOf(state));
  tell(30);
  await turn();
  expect(state.made).toBe(20);
  slow.release(null);
  while (slow.told.length < 20) await turn();
  // What was not kept is made anew, a little at a time.
  expect(state.made).toBeGreaterThan(30);
  expect(state.made).toBeLessThan(60);
});
