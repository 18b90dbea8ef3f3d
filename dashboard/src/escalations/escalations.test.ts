import { describe, expect, it } from 'vitest';
import { announcementOf } from './alarm.ts';
import { AlertFeed, FEED_LENGTH, type WallAlert } from './alert-feed.ts';
import { inBursts } from './bursts.ts';
import { type KeptAlerts, keepAlerts, keptAlerts } from './kept-alerts.ts';
import { calledAt, NEXT_SHOWN, placeOf, takenBy, WallModel, type WallTicket } from './wall-model.ts';

const BROKEN = '2026-03-01T12:00:00.000Z';

type Sla = WallTicket['sla'];
type Levels = WallTicket['escalations'];

const ticket = (id: string, sla: Partial<Sla> = {}, change: Partial<WallTicket> = {}): WallTicket => ({
  id,
  reference: `TSP-${id}`,
  title: `Title ${id}`,
  status: 'OPEN',
  priority: 3,
  version: 1,
  deletedAt: null,
  escalationLevel: 0,
  client: { id: 'c', name: 'Northwind', tier: 'VIP' },
  assignee: null,
  escalations: [],
  sla: {
    state: 'RUNNING',
    dueAt: BROKEN,
    atRiskAt: null,
    breachedAt: null,
    detectedAt: null,
    metAt: null,
    nextEscalationAt: null,
    remainingSeconds: 0,
    ...sla,
  },
  ...change,
});
const level = (n: number, escalatedAt: string, by: string | null = null): Levels[number] => ({
  id: `l${n}-${escalatedAt}`,
  level: n,
  escalatedAt,
  acknowledgedAt: by && escalatedAt,
  acknowledgedBy: by === null ? null : { id: by, name: by },
});
const broken = (id: string, escalations: Levels, change: Partial<WallTicket> = {}): WallTicket =>
  ticket(id, { state: 'BREACHED', breachedAt: BROKEN, detectedAt: BROKEN }, { escalations, ...change });
const event = (of: WallTicket) => ({
  id: `e-${of.id}`,
  type: 'ticket.updated',
  cursor: 'c',
  occurredAt: BROKEN,
  ticketId: of.id,
  ticket: of,
});

describe('where a ticket stands on the wall', () => {
  it('waits until every level of the present cycle is taken on; levels of an earlier cycle are over', () => {
    const earlier = level(1, '2026-02-20T10:00:00.000Z');
    expect(placeOf(broken('1', [level(0, BROKEN)]), null)).toBe('waiting');
    expect(placeOf(broken('1', [earlier, level(1, BROKEN, 'Ida')]), null)).toBe('taken');
    expect(takenBy(broken('1', [earlier, level(1, BROKEN, 'Ida')]))).toBe('Ida');
    expect(placeOf(ticket('1', {}, { escalations: [earlier] }), null)).toBe('next');
  });

  it('has no place once it is resolved, deleted, paused in time, or held by others than the agent', () => {
    expect(placeOf(broken('1', [], { status: 'RESOLVED' }), null)).toBeNull();
    expect(placeOf(broken('1', [], { deletedAt: BROKEN }), null)).toBeNull();
    expect(placeOf(ticket('1', { state: 'PAUSED', dueAt: null }), null)).toBeNull();
    expect(placeOf(broken('1', []), 'me')).toBeNull();
    expect(placeOf(broken('1', [], { assignee: { id: 'me', name: 'Me' } }), 'me')).toBe('waiting');
  });

  it('calls anew with each level', () => {
    const later = '2026-03-01T12:30:00.000Z';
    expect(calledAt(broken('1', [level(1, BROKEN), level(2, later)]))).toBe(Date.parse(later));
  });
});

describe('the model of the wall', () => {
  const read = (next: WallTicket[], hasMoreNext = false) => ({ broken: [], brokenTotal: 0, next, hasMoreNext });
  const due = (n: number) => new Date(Date.parse(BROKEN) + n * 60_000).toISOString();

  it('moves tickets between the lists as events tell', () => {
    const model = new WallModel(null);
    model.take(read([ticket('2', { dueAt: due(2) }), ticket('1', { dueAt: due(1) })]));
    expect(model.snapshot().next.map(({ id }) => id)).toEqual(['1', '2']);
    model.apply([event(broken('1', [level(1, BROKEN)], { version: 2 }))]);
    expect(model.snapshot().waiting.map(({ id }) => id)).toEqual(['1']);
    expect(model.snapshot().next.map(({ id }) => id)).toEqual(['2']);
    model.renew(broken('1', [level(1, BROKEN, 'Ida')], { version: 2 }));
    expect(model.snapshot().taken.map(({ id }) => id)).toEqual(['1']);
    model.apply([event(broken('1', [level(1, BROKEN)], { version: 1 }))]);
    expect(model.snapshot().taken, 'what is older than what is shown changes nothing').toHaveLength(1);
    model.apply([event(broken('1', [], { version: 3, status: 'RESOLVED' }))]);
    expect(model.snapshot().taken).toEqual([]);
  });

  it('asks to be read anew when what was read of the next ones runs out, and leaves later ones to that reading', () => {
    const model = new WallModel(null);
    model.take(
      read(
        Array.from({ length: NEXT_SHOWN }, (_, n) => ticket(String(n), { dueAt: due(n) })),
        true,
      ),
    );
    expect(model.snapshot().isShort).toBe(false);
    model.apply([event(ticket('new', { dueAt: due(100) }))]);
    expect(model.snapshot().next).toHaveLength(NEXT_SHOWN);
    model.apply([event(ticket('0', {}, { status: 'RESOLVED', version: 2 }))]);
    expect(model.snapshot().isShort).toBe(true);
  });
});

describe('bursts', () => {
  const rule = { id: String, at: (n: number) => n };

  it('puts five and more that follow one another closely into one group', () => {
    expect(
      inBursts([9_000, 5_000, 4_000, 3_000, 2_000, 1_000], rule).map(({ id, items }) => [id, items.length]),
    ).toEqual([
      ['9000', 1],
      ['burst-1000', 5],
    ]);
    expect(inBursts([4_000, 3_000, 2_000, 1_000], rule)).toHaveLength(4);
    expect(inBursts([], rule)).toEqual([]);
  });

  it('puts a kind together whenever it came, and never with another', () => {
    const kind = (n: number) => (n < 100_000 ? 'night' : null);
    const groups = inBursts([100_002, 100_001, 99_000, 70_000, 40_000, 20_000, 1_000], { ...rule, kind });
    expect(groups.map(({ items }) => items.length)).toEqual([1, 1, 5]);
  });
});

describe('the list of alerts', () => {
  const SINCE = Date.parse(BROKEN);
  const alert = (n: number, kind: WallAlert['kind'] = 'BREACHED', detected = 1_000): WallAlert => ({
    id: `a${n}`,
    cursor: `c${n}`,
    kind,
    escalationLevel: 1,
    dueAt: BROKEN,
    occurredAt: BROKEN,
    detectedAt: new Date(SINCE + detected).toISOString(),
    ticket: {
      id: `t${n}`,
      reference: `TSP-${n}`,
      title: 'Printer',
      client: { id: 'c', name: 'Northwind', tier: 'VIP' },
      escalations: [],
    },
  });
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => alert(from + n));
  const visit = (kept: { now: KeptAlerts | null }) =>
    new AlertFeed(kept.now, (next) => {
      kept.now = next;
    });

  it('is listed again by the next visit, which announces only what came since', () => {
    const kept = { now: null as KeptAlerts | null };
    const first = visit(kept);
    first.begin('c0');
    expect(first.take(range(1, 3), SINCE)).toHaveLength(3);
    const second = visit(kept);
    expect(second.from).toBe('c0');
    expect(second.take(range(1, 2), SINCE), 'the list as it was').toEqual([]);
    const added = second.take([alert(3), alert(4, 'BREACHED', -5_000), alert(5)], SINCE);
    expect(added.map(({ alert: { id }, missedUntil }) => [id, missedUntil])).toEqual([
      ['a4', SINCE],
      ['a5', null],
    ]);
    expect(second.snapshot().entries.map(({ alert: { id } }) => id)).toEqual(['a5', 'a4', 'a3', 'a2', 'a1']);
  });

  it('lists so many, begins where the oldest of them stands, and forgets what was cleared', () => {
    const kept = { now: null as KeptAlerts | null };
    const feed = visit(kept);
    feed.begin('c0');
    feed.take(range(1, FEED_LENGTH + 7), SINCE);
    expect(feed.snapshot().isFull).toBe(true);
    expect(kept.now?.from).toBe('c7');
    expect(kept.now?.seen).toHaveLength(FEED_LENGTH);
    expect(visit(kept).take(range(8, FEED_LENGTH + 7), SINCE)).toEqual([]);
    feed.clear();
    expect(feed.snapshot().entries).toEqual([]);
    expect(kept.now?.from).toBe(`c${FEED_LENGTH + 7}`);
  });

  it('goes on behind the last alert that was seen when the log no longer reaches to where it began', () => {
    const kept = { now: null as KeptAlerts | null };
    const feed = visit(kept);
    feed.begin('c0');
    feed.take(range(1, 3), SINCE);
    expect(feed.afterExpiry('c0')).toBe('c3');
    expect(feed.afterExpiry('c3'), 'now something may be missing').toBeNull();
  });

  it('keeps places and ids, for each person, and survives a storage with nonsense in it', () => {
    const storage = new Map<string, string>();
    const access = {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => void storage.set(key, value),
    };
    keepAlerts(access, 'ida', { from: 'c0', last: 'c1', seen: ['a1'] });
    expect(keptAlerts(access, 'ida')).toEqual({ from: 'c0', last: 'c1', seen: ['a1'] });
    expect(keptAlerts(access, 'bo')).toBeNull();
    for (const nonsense of ['{', 'null', '[]', '{"from":1}']) {
      storage.set('techsupport-alerts:ida', nonsense);
      expect(keptAlerts(access, 'ida')).toBeNull();
    }
  });

  it('announces one by its words and many by their number; what was taken on rings no bell', () => {
    const entries = (...alerts: WallAlert[]) => alerts.map((each) => ({ alert: each, missedUntil: null }));
    expect(announcementOf(entries(alert(1)))).toMatchObject({ title: 'TSP-1 broke its promise', isUrgent: true });
    expect(announcementOf(entries(alert(1), alert(2, 'AT_RISK')))).toMatchObject({ title: '1 broken, 1 at risk' });
    expect(announcementOf(entries(alert(1, 'AT_RISK')))).toMatchObject({ isUrgent: false });
    expect(announcementOf(entries(alert(1, 'ACKNOWLEDGED')))).toBeNull();
  });
});
