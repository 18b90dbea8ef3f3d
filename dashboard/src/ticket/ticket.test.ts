import { describe, expect, it } from 'vitest';
import { type BarClock, clockBar } from './clock-bar.ts';
import { wordsOf } from './history-words.ts';
import {
  differences,
  type HistoryEvent,
  merged,
  nextTicket,
  shownTicket,
  type Ticket,
  type TicketState,
} from './ticket-model.ts';

const ticket = (change: Partial<Ticket> = {}): Ticket =>
  ({
    id: 't',
    version: 3,
    title: 'Old',
    status: 'OPEN',
    priority: 3,
    tags: ['a'],
    assignee: null,
    ...change,
  }) as Ticket;
const begun: TicketState = { confirmed: ticket(), pending: null, conflict: null };

describe('a change of a ticket', () => {
  it('stands at once, and stays when it is done', () => {
    const tried = nextTicket(begun, { type: 'tried', change: { status: 'PENDING' } });
    expect(shownTicket(tried).status).toBe('PENDING');
    const done = nextTicket(tried, { type: 'done', ticket: ticket({ status: 'PENDING', version: 4 }) });
    expect([shownTicket(done).status, done.pending]).toEqual(['PENDING', null]);
  });

  it('is taken back when it is refused, under whatever was told meanwhile', () => {
    const tried = nextTicket(begun, { type: 'tried', change: { assignee: { id: 'u', name: 'Ada' } } });
    const told = nextTicket(tried, { type: 'told', ticket: ticket({ title: 'New', version: 4 }) });
    expect(shownTicket(told)).toMatchObject({ title: 'New', assignee: { name: 'Ada' } });
    expect(shownTicket(nextTicket(told, { type: 'refused' }))).toMatchObject({ title: 'New', assignee: null });
  });

  it('shows both sides when somebody was quicker', () => {
    const mine = { title: 'Mine', priority: 3, tags: ['a'] };
    const theirs = ticket({ title: 'Theirs', version: 9 });
    const state = nextTicket(begun, { type: 'conflicted', mine, theirs });
    expect([shownTicket(state).title, state.conflict?.mine]).toEqual(['Theirs', mine]);
    expect(differences(mine, theirs)).toEqual(['title']);
    expect(differences({ assignee: null }, theirs)).toEqual([]);
    expect(nextTicket(state, { type: 'settled' }).conflict).toBeNull();
  });

  it('is not undone by an answer that was overtaken', () => {
    const late = nextTicket(begun, { type: 'told', ticket: ticket({ title: 'Older', version: 2 }) });
    expect(shownTicket(late).title).toBe('Old');
  });
});

it('what comes twice is listed once, in its order', () => {
  const known = [{ id: '1' }, { id: '2' }];
  expect(merged(known, [{ id: '2' }, { id: '3' }]).map(({ id }) => id)).toEqual(['1', '2', '3']);
  expect(merged(known, [{ id: '1' }])).toBe(known);
});

describe('the bar of a clock', () => {
  const NOW = Date.parse('2026-03-01T12:00:00Z');
  const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
  const stretch = (from: number, to: number | null, state = 'RUNNING') => ({
    from: at(from),
    to: to === null ? null : at(to),
    state,
    reason: '',
    workingSeconds: 0,
  });
  const clock = (change: Partial<BarClock>): BarClock => ({
    startedAt: at(-60),
    dueAt: at(60),
    atRiskAt: at(30),
    breachedAt: null,
    metAt: null,
    intervals: [stretch(-60, null)],
    ...change,
  });

  it('goes from the start to the due instant while there is time left', () => {
    const { parts, marks } = clockBar(clock({}), NOW);
    expect(parts).toEqual([
      { kind: 'running', begin: 0, width: 50 },
      { kind: 'left', begin: 50, width: 50 },
    ]);
    expect(marks).toEqual([
      { kind: 'risk', at: 75 },
      { kind: 'due', at: 100 },
      { kind: 'now', at: 50 },
    ]);
  });

  it('shows pauses, and what ran behind the breach', () => {
    const intervals = [stretch(-60, -45), stretch(-45, -30, 'PAUSED'), stretch(-30, null)];
    const { parts, marks } = clockBar(clock({ intervals, dueAt: at(-15), breachedAt: at(-15), atRiskAt: null }), NOW);
    expect(parts.map(({ kind, begin, width }) => [kind, begin, width])).toEqual([
      ['running', 0, 25],
      ['paused', 25, 25],
      ['running', 50, 25],
      ['late', 75, 25],
    ]);
    expect(marks).toEqual([
      { kind: 'due', at: 75 },
      { kind: 'now', at: 100 },
    ]);
  });

  it('ends where the promise was met; a clock that has just begun is drawn too', () => {
    const met = clockBar(clock({ metAt: at(-30), intervals: [stretch(-60, -30)], dueAt: null, atRiskAt: null }), NOW);
    expect(met).toEqual({ parts: [{ kind: 'running', begin: 0, width: 100 }], marks: [] });
    const fresh = clockBar(
      clock({ startedAt: at(0), dueAt: null, atRiskAt: null, intervals: [stretch(0, null)] }),
      NOW,
    );
    expect(fresh.parts).toEqual([]);
  });
});

it.each([
  ['ticket.created', null, null, 'opened the ticket'],
  ['ticket.status_changed', 'OPEN', 'PENDING', 'changed the status from Open to Pending'],
  ['ticket.assigned', null, 'u', 'gave the ticket to Ada'],
  ['ticket.assigned', 'u', null, 'took the ticket from Ada'],
  ['ticket.updated', '{"title":"a"}', '{"title":"b","tags":[]}', 'changed title, tags'],
  ['ticket.updated', null, 'no json', 'changed no json'],
  ['ticket.commented', null, 'internal', 'commented internally'],
  ['sla.breached', null, null, 'The promise was broken'],
  ['sla.tier_changed', 'NORMAL', 'VIP', 'The client’s tier changed from NORMAL to VIP'],
  ['something.new', null, null, 'something.new'],
])('%s from %s to %s reads "%s"', (type, from, to, text) => {
  expect(wordsOf({ type, from, to } as HistoryEvent, () => 'Ada').text).toBe(text);
});
