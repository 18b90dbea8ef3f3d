import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ticket } from '../src/domain/ticket.ts';
import { createDesk, type TestDesk } from './support/desk.ts';
import { type LadderCalls, ladderCalls } from './support/ladder-desk.ts';

let desk: TestDesk;
let calls: LadderCalls;
beforeEach(async () => {
  desk = await createDesk();
  calls = ladderCalls(desk);
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

/** The target from now on: an hour at first, with a level every ten minutes up to the third. */
const edit = (resolutionMinutes: number) => calls.setPolicy('VIP', { resolutionMinutes });

/** Why it broke its promise, and its levels; the log alone tells the same. */
async function outcome(ticket: Ticket): Promise<string[]> {
  const { audited, mismatches } = await desk.auditAll();
  expect([audited, mismatches]).toEqual([1, []]);
  const [first] = await desk.escalationsOf(ticket.id);
  return [first?.reason ?? 'kept', ...(await calls.levels(ticket))];
}

describe('a ticket whose time an edit used up while it was deleted', () => {
  let ticket: Ticket;
  beforeEach(async () => {
    ticket = await calls.open();
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(45);
    await edit(20);
  });
  const restore = () => desk.mutations.restoreTicket(desk.admin, ticket.id);

  it('is restored with that breach, and the ladder begins at the edit', async () => {
    await calls.pass(15);
    expect(await outcome(ticket)).toEqual(['kept']);
    await restore();
    expect(await outcome(ticket)).toEqual(['policy_changed', '1 at 20', '2 at 55']);
    await calls.pass(10);
    expect(await outcome(ticket)).toEqual(['policy_changed', '1 at 20', '2 at 55', '3 at 65']);
  });

  it('keeps its promise when another edit gave it time back, until time alone breaks it', async () => {
    await calls.pass(5);
    await edit(80);
    await calls.pass(10);
    await restore();
    expect(await outcome(ticket)).toEqual(['kept']);
    await calls.pass(25);
    expect(await outcome(ticket)).toEqual(['sla_breached', '1 at 80']);
  });

  it('is restored with the same breach when time ran out again before it came back', async () => {
    await calls.pass(5);
    await edit(80);
    await calls.pass(45);
    await restore();
    expect(await outcome(ticket)).toEqual(['sla_breached', '1 at 80', '2 at 90']);
  });

  it('counts from the first edit when the second one gave it too little', async () => {
    await calls.pass(5);
    await edit(30);
    await calls.pass(10);
    await restore();
    expect(await outcome(ticket)).toEqual(['policy_changed', '1 at 30', '2 at 55']);
  });

  it('has no level before its breach when the second edit put that off, and not for long enough', async () => {
    await calls.pass(30);
    await edit(60);
    await calls.pass(5);
    await restore();
    expect(await outcome(ticket)).toEqual(['policy_changed', '1 at 60', '2 at 70', '3 at 80']);
  });
});

describe('a deleted ticket whose time had passed before an edit', () => {
  it('was broken by time alone, also when the edit puts its due instant elsewhere', async () => {
    const ticket = await calls.open();
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(75);
    await edit(70);
    await calls.pass(10);
    await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect(await outcome(ticket)).toEqual(['sla_breached', '1 at 70', '2 at 80']);
  });

  it('climbs from where it went on last when the edit puts its due instant before a pause', async () => {
    const ticket = await calls.open();
    await calls.pass(40);
    await calls.change(ticket, 'PENDING');
    await calls.pass(10);
    await calls.change(ticket, 'IN_PROGRESS');
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(25);
    await edit(20);
    await desk.mutations.restoreTicket(desk.admin, ticket.id);
    // The target and the pause of ten minutes after the start; gone on after fifty minutes.
    expect(await outcome(ticket)).toEqual(['sla_breached', '1 at 30', '2 at 60', '3 at 70']);
  });
});

describe('a waiting ticket', () => {
  let ticket: Ticket;
  beforeEach(async () => {
    ticket = await calls.open();
    await calls.pass(50);
    await calls.change(ticket, 'PENDING');
    await calls.pass(5);
    await edit(10);
    await calls.pass(5);
  });

  it('whose time an edit used up is broken by that edit when it goes on, deleted meanwhile or not', async () => {
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    await calls.pass(10);
    await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect(await outcome(ticket)).toEqual(['kept']);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(15);
    expect(await outcome(ticket)).toEqual(['policy_changed', '1 at 30', '2 at 80']);
  });

  it('that another edit gave time back goes on with what is left of it', async () => {
    await edit(60);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(20);
    expect(await outcome(ticket)).toEqual(['sla_breached', '1 at 70', '2 at 80']);
  });

  it('that is resolved without going on has kept its promise, and nothing of the edit is left in the next cycle', async () => {
    await calls.change(ticket, 'RESOLVED');
    expect(await outcome(ticket)).toEqual(['kept']);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(10);
    expect(await outcome(ticket)).toEqual(['sla_breached', 'cycle 2: 1 at 70']);
  });
});
