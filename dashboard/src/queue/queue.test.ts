import { describe, expect, it } from 'vitest';
import { bulkSummary, inParts } from './bulk.ts';
import { PAGE_ROWS, type QueueEvent, QueueModel, type QueueRow } from './queue-model.ts';
import { forgetView, savedViews, saveView } from './saved-views.ts';
import { DEFAULT_VIEW, filterOf, matches, parseView, type QueueView, viewParams } from './view.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const row = (id: string, change: Partial<QueueRow> = {}): QueueRow => ({
  id,
  reference: `TSP-${id}`,
  number: 1,
  title: `Title ${id}`,
  status: 'OPEN',
  priority: 3,
  tags: [],
  version: 1,
  createdAt: '2026-03-01T11:00:00.000Z',
  updatedAt: '2026-03-01T11:00:00.000Z',
  deletedAt: null,
  client: { id: 'c', name: 'Northwind', tier: 'NORMAL' },
  assignee: null,
  sla: {
    state: 'RUNNING',
    dueAt: '2026-03-01T12:30:00.000Z',
    atRiskAt: null,
    breachedAt: null,
    metAt: null,
    remainingSeconds: 1_800,
  },
  ...change,
});
const event = (ticket: QueueRow | null, ticketId = ticket?.id ?? ''): QueueEvent => ({
  id: `e-${ticketId}`,
  type: 'ticket.updated',
  cursor: '1',
  occurredAt: '2026-03-01T12:00:00.000Z',
  ticketId,
  ticket,
});

describe('a view', () => {
  const full: QueueView = {
    status: ['OPEN', 'CLOSED'],
    priority: [1, 2],
    sla: ['BREACHED'],
    tier: 'VIP',
    assignee: 'me',
    client: 'c1',
    tag: 'a & b',
    search: 'printer, floor 3',
    due: 60,
    sort: 'NUMBER',
    direction: 'DESC',
  };
  it.each([
    ['the usual one', DEFAULT_VIEW],
    ['every filter at once', full],
    ['any status', { ...DEFAULT_VIEW, status: ['ANY'] }],
  ] satisfies [string, QueueView][])('survives its address: %s', (_, view) => {
    expect(parseView(new URLSearchParams(viewParams(view).toString()))).toEqual(view);
  });

  it('of nothing special has the shortest address, and nonsense in an address is left out', () => {
    expect(viewParams(DEFAULT_VIEW).toString()).toBe('');
    expect(parseView(new URLSearchParams('status=SLEEPING&priority=9,x&sort=COLOUR&due=-3&tier=GOLD'))).toEqual(
      DEFAULT_VIEW,
    );
  });

  it('is what the API is asked for, and what rows are judged by', () => {
    expect(filterOf(DEFAULT_VIEW, 'u', NOW)).toEqual({ status: ['OPEN', 'IN_PROGRESS', 'PENDING', 'ESCALATED'] });
    expect(filterOf({ ...full, search: 'no' }, 'u', NOW)).toMatchObject({
      assigneeId: 'u',
      dueBefore: '2026-03-01T13:00:00.000Z',
    });
    expect(filterOf({ ...full, search: 'no' }, 'u', NOW)).not.toHaveProperty('search');
    const cases: [Partial<QueueView>, Partial<QueueRow>, boolean][] = [
      [{}, {}, true],
      [{}, { status: 'RESOLVED' }, false],
      [{ status: ['ANY'] }, { status: 'RESOLVED' }, true],
      [{}, { deletedAt: '2026-03-01T12:00:00.000Z' }, false],
      [{ assignee: 'me' }, { assignee: { id: 'u', name: 'Ada' } }, true],
      [{ assignee: 'me' }, {}, false],
      [{ assignee: 'nobody' }, {}, true],
      [{ due: 15 }, {}, false],
      [{ due: 60 }, {}, true],
      [{ tag: 'x' }, { tags: ['x'] }, true],
      [{ search: 'NORTH' }, {}, true],
      [{ search: 'nowhere' }, {}, false],
      [{ priority: [1] }, {}, false],
      [{ tier: 'VIP' }, {}, false],
    ];
    for (const [view, change, belongs] of cases)
      expect([view, change, matches(row('1', change), { ...DEFAULT_VIEW, ...view }, 'u', NOW)]).toEqual([
        view,
        change,
        belongs,
      ]);
  });

  it('can be saved under a name, renewed and forgotten; what is broken in the storage is left out', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    saveView(storage, 'u', { name: 'B', query: 'tier=VIP' });
    saveView(storage, 'u', { name: 'A', query: 'dir=ASC&priority=1' });
    saveView(storage, 'u', { name: 'B', query: 'tier=NORMAL' });
    expect(savedViews(storage, 'u')).toEqual([
      { name: 'A', query: 'priority=1' },
      { name: 'B', query: 'tier=NORMAL' },
    ]);
    expect(savedViews(storage, 'other')).toEqual([]);
    expect(forgetView(storage, 'u', 'A').map(({ name }) => name)).toEqual(['B']);
    kept.set('techsupport-views:u', '[{"name":1},7,null]');
    expect(savedViews(storage, 'u')).toEqual([]);
    kept.set('techsupport-views:u', '{');
    expect(savedViews(storage, 'u')).toEqual([]);
  });
});

describe('the list', () => {
  const model = () => {
    const made = new QueueModel((each) => matches(each, DEFAULT_VIEW, 'u', NOW));
    made.take(1, [row('a'), row('b'), row('c')], PAGE_ROWS + 3);
    return made;
  };

  it('is read in pages wherever one looks', () => {
    const list = model();
    expect(list.at(2)?.id).toBe('c');
    expect(list.at(PAGE_ROWS)).toBeUndefined();
    list.take(2, [row('y'), row('z')], undefined);
    expect(list.at(PAGE_ROWS + 1)?.id).toBe('z');
  });

  it('changes rows where they stand, and marks those that left', () => {
    const list = model();
    list.apply([event(row('b', { status: 'RESOLVED', version: 2 }))]);
    expect([list.at(1)?.status, list.isGone('b'), list.snapshot().arrived]).toEqual(['RESOLVED', true, 0]);
    list.apply([event(row('b', { status: 'IN_PROGRESS', version: 3 })), event(null, 'c')]);
    expect([list.isGone('b'), list.isGone('c')]).toEqual([false, true]);
  });

  it('counts what came to belong to it, once each, until it is read anew', () => {
    const list = model();
    list.apply([
      event(row('n')),
      event(row('n', { version: 2 })),
      event(row('m')),
      event(row('o', { status: 'CLOSED' })),
    ]);
    expect(list.snapshot().arrived).toBe(2);
    list.apply([event(row('m', { status: 'CLOSED', version: 2 }))]);
    expect(list.snapshot().arrived).toBe(1);
    list.take(1, [row('n', { version: 2 }), row('a')], 2);
    expect([list.snapshot().arrived, list.snapshot().total, list.at(0)?.id]).toEqual([0, 2, 'n']);
  });

  it('takes no older state for a newer one, from a page or an event', () => {
    const list = model();
    list.apply([event(row('a', { version: 5, title: 'new' }))]);
    list.take(1, [row('a', { version: 4, title: 'old' })], 1);
    list.apply([event(row('a', { version: 3, title: 'older' }))]);
    expect(list.at(0)?.title).toBe('new');
  });
});

describe('a bulk change', () => {
  it('goes in parts of 100, and tells each reason once', () => {
    expect(inParts(Array.from({ length: 250 }, String)).map(({ length }) => length)).toEqual([100, 100, 50]);
    const refused = (id: string, errorMessage: string) => ({ id, errorCode: 'FORBIDDEN', errorMessage, ticket: null });
    const done = { id: '1', errorCode: null, errorMessage: null, ticket: row('1') };
    expect(bulkSummary([done, refused('2', 'No.'), refused('3', 'Never.'), refused('4', 'Never.')])).toMatchObject({
      changed: [{ id: '1' }],
      refused: ['2', '3', '4'],
      reasons: [
        ['Never.', 2],
        ['No.', 1],
      ],
    });
  });
});
