import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  booleans,
  instants,
  integers,
  Room,
  smallints,
  texts,
  uuids,
} from '../src/infrastructure/postgres/binary-array.ts';
import { createTestDatabase } from './support/postgres.ts';

describe('arrays in binary', () => {
  let client: pg.Client;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const database = await createTestDatabase();
    client = new pg.Client(database.url);
    await client.connect();
    close = async () => {
      await client.end();
      await database.drop();
    };
  });
  afterAll(() => close());

  const same = <T>(value: T | null) => value;
  const instant = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }).map((value) => value.replaceAll('\0', '')),
    fc.string({ maxLength: 60 }),
    fc.constantFrom('', 'NULL', '{a,"b"}', '\\', '"', 'a\nb', 'é'.repeat(300), '😀'),
  );
  const whole = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });

  it.each<[string, fc.Arbitrary<unknown>, (values: readonly never[], room: Room) => Buffer, (value: never) => unknown]>(
    [
      ['text', text, (values, room) => texts(values, same, room), same],
      [
        'timestamptz',
        instant,
        (values: readonly (Date | null)[], room) => instants(values, (value) => value?.getTime() ?? null, room),
        same,
      ],
      ['integer', whole(32), (values, room) => integers(values, same, room), same],
      ['smallint', whole(16), (values, room) => smallints(values, same, room), same],
      ['boolean', fc.boolean(), (values, room) => booleans(values, same, room), same],
      ['uuid', fc.oneof(fc.uuid(), fc.constant(randomUUID())), (values, room) => uuids(values, same, room), same],
    ],
  )('of %s come to the database as they are, nulls too', async (type, values, encode) => {
    const lists = fc.array(fc.option(values, { nil: null, freq: 4 }), { maxLength: 30 });
    const room = new Room();
    await fc.assert(
      fc.asyncProperty(lists, lists, async (list, beside) => {
        const statement = `SELECT ARRAY(SELECT unnest($1::${type}[])) AS list, ARRAY(SELECT unnest($2::${type}[])) AS beside`;
        const arrays = [list, beside].map((values) => encode(values as never[], room));
        const { rows } = await client.query({ text: statement, values: arrays });
        room.clear();
        expect(rows).toEqual([{ list, beside }]);
      }),
      { numRuns: 100 },
    );
  });
});
