import { expect, it } from 'vitest';
import { type Connection, type ConnectionEvent, nextConnection } from './connection.ts';

const after = (...events: ConnectionEvent[]) => events.reduce<Connection>(nextConnection, { kind: 'quiet' });
const LOST: ConnectionEvent = { type: 'lost', at: 7_000, wanted: true };

it('tells since when it is gone, through every try to come back', () => {
  const tries = after({ type: 'opening' }, { type: 'opened' }, LOST, { type: 'opening' }, { ...LOST, at: 9_000 });
  expect(tries).toEqual({ kind: 'reconnecting', since: 7_000 });
});

it('counts what it makes up for, and nothing else', () => {
  const back = [{ type: 'opened' }, LOST, { type: 'opening' }, { type: 'opened' }] as const;
  expect(after(...back)).toEqual({ kind: 'live', caughtUp: 0 });
  expect(after(...back, { type: 'received', missed: 1 }, { type: 'received', missed: 1 })).toEqual({
    kind: 'live',
    caughtUp: 2,
  });
  expect(after(...back, { type: 'settled' }, { type: 'received', missed: 1 })).toEqual({
    kind: 'live',
    caughtUp: null,
  });
  expect(after({ type: 'opening' }, { type: 'opened' }, { type: 'received', missed: 1 })).toEqual({
    kind: 'live',
    caughtUp: null,
  });
});

it('is quiet once nobody listens', () => {
  expect(after({ type: 'opened' }, { ...LOST, wanted: false })).toEqual({ kind: 'quiet' });
});
