import { expect, it } from 'vitest';
import { TicketSnapshots } from '../src/application/live/ticket-snapshots.ts';
import type { LoggedEvent } from '../src/domain/event.ts';
import type { Ticket } from '../src/domain/ticket.ts';

/** Snapshots over tickets whose version rises with each read. */
function countedSnapshots() {
  let now = 0;
  const reads: string[][] = [];
  const tickets = {
    byIds: async (ids: readonly string[]) => {
      reads.push([...ids]);
      return ids.map((id) => ({ id, version: reads.length }) as Ticket);
    },
  };
  return { reads, wait: (ms: number) => (now += ms), snapshots: new TicketSnapshots(tickets, () => now) };
}

const event = (position: number, subjectId = `ticket-${position}`) => ({ position, subjectId }) as LoggedEvent;

it('reads the tickets of a burst in one statement, for all who are told of it', async () => {
  const { reads, snapshots } = countedSnapshots();
  const burst = [event(1), event(2), event(3)];
  await Promise.all([snapshots.prefetch(burst, { anew: false }), snapshots.prefetch(burst, { anew: false })]);
  const told = await Promise.all(burst.map((each) => snapshots.of(each)));
  expect(told.map((ticket) => ticket?.id)).toEqual(['ticket-1', 'ticket-2', 'ticket-3']);
  expect(reads).toEqual([['ticket-1', 'ticket-2', 'ticket-3']]);
});

it('reads anew for a replay, and what is half a second old, but not before', async () => {
  const { reads, wait, snapshots } = countedSnapshots();
  await snapshots.prefetch([event(1)], { anew: false });
  await snapshots.prefetch([event(1)], { anew: true });
  expect((await snapshots.of(event(1)))?.version).toBe(2);
  wait(500);
  expect((await snapshots.of(event(1)))?.version).toBe(2);
  wait(1);
  expect((await snapshots.of(event(1)))?.version).toBe(3);
  expect(reads).toHaveLength(3);
});

it('never answers for a later event with a ticket that was read for an earlier one', async () => {
  const { snapshots } = countedSnapshots();
  expect((await snapshots.of(event(1, 'ticket')))?.version).toBe(1);
  expect((await snapshots.of(event(2, 'ticket')))?.version).toBe(2);
});
