import { describe, expect, it } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import type { ReportRange } from '../src/domain/report/cover.ts';
import { createTestMongo, mongoMissing, mongoNote } from './support/mongo.ts';
import { randomLogs, randomNumbers } from './support/naive-reports.ts';
import { openOnMongo, openOnPostgres, type ReportPlace } from './support/report-places.ts';

const LEAD: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'SUPERVISOR' };
const NOW = new Date('2026-11-25T15:30:00Z');
const FIRST = new Date('2026-03-10T00:00:00Z');
const DAYS = 240;
const PATIENCE_MS = 300_000;

/** Ranges with ends anywhere, on midnights and on months, and open ones. */
function someRanges(count: number): ReportRange[] {
  const random = randomNumbers(77);
  const instant = (): Date => {
    const at = FIRST.getTime() + random() * DAYS * 86_400_000;
    const kind = Math.floor(random() * 3);
    if (kind === 0) return new Date(Math.floor(at));
    if (kind === 1) return new Date(Math.floor(at / 86_400_000) * 86_400_000);
    return new Date(Date.UTC(2026, Math.floor(random() * 12), 1));
  };
  return Array.from({ length: count }, () => {
    const [a, b] = [instant(), instant()];
    const [from, to] = a < b ? [a, b] : [b, new Date(a.getTime() + 1)];
    return { from: random() < 0.2 ? null : from, to: random() < 0.2 ? null : to };
  });
}

async function answers(reports: ReportPlace): Promise<unknown> {
  const all: unknown[] = [];
  for (const range of [{ from: null, to: null }, ...someRanges(15)]) {
    all.push(await reports.averageResolution(LEAD, range));
    all.push(await reports.escalatedPerMonth(LEAD, range));
    all.push(await reports.topAgents(LEAD, { ...range, limit: 100 }));
  }
  all.push(await reports.weeklyStatus(LEAD, { weeks: 60 }));
  return all;
}

describe.skipIf(mongoMissing)(`the reports of both stores${mongoNote}`, () => {
  it(
    'give the same numbers to the last digit over the same 20,000 logs',
    async () => {
      const logs = randomLogs(2_026, 20_000, FIRST, DAYS);
      const server = await createTestMongo();
      const places = [await openOnPostgres(NOW), await openOnMongo(server.uri, NOW)] as const;
      const [postgres, mongo] = places;
      try {
        for (const place of places) await place.behind.storeLogs(logs);
        const [ofPostgres, ofMongo] = [await answers(postgres), await answers(mongo)];
        expect(ofMongo).toEqual(ofPostgres);
        // To the last digit: equal numbers are written alike.
        expect(JSON.stringify(ofMongo)).toBe(JSON.stringify(ofPostgres));
        expect(await mongo.behind.buckets()).toEqual(await postgres.behind.buckets());
      } finally {
        for (const place of places) await place.close();
        await server.drop();
      }
    },
    PATIENCE_MS,
  );
});
