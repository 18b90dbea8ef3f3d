// Every step of the reports' stores on MongoDB is cut off before and after its call, and stopped while others go on.
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredLog } from './support/behind-reports.ts';
import { DriverFaults } from './support/driver-faults.ts';
import { countLedger } from './support/ledger.ts';
import { EVER, LEAD, type LiveTickets, liveTickets, NOW } from './support/live-tickets.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { naiveAgents, naiveWeeks } from './support/naive-reports.ts';
import { openOnMongo, type ReportPlace } from './support/report-places.ts';
import { rounds } from './support/soak.ts';

const PATIENCE_MS = 180_000;
/** Every so many calls are tried; the soak tries all. */
const STRIDE = rounds(5, 1);
const RESOLVED = { status: 'RESOLVED', resolvedAt: new Date('2026-11-20T08:00:00Z') } as const;

describe.skipIf(mongoMissing)(`the reports on MongoDB${mongoNote}`, () => {
  let server: TestMongo;
  beforeAll(async () => {
    server = await createTestMongo();
  });
  afterAll(() => server.drop());

  const faults = new DriverFaults();
  let place: ReportPlace;
  let other: ReportPlace;
  let live: LiveTickets;
  let imported: StoredLog[];
  beforeEach(async () => {
    place = await openOnMongo(server.uri, NOW, (mongo) => faults.wrap(mongo));
    other = await place.other();
    live = await liveTickets(place);
    imported = [];
  });
  afterEach(async () => {
    faults.heal();
    await other.close();
    await place.close();
  });

  /** An import: one log more, in the same month. */
  const store = async () => {
    const day = String(1 + (imported.length % 25)).padStart(2, '0');
    const log: StoredLog = {
      clientType: imported.length % 2 ? 'VIP' : 'NORMAL',
      status: 'CLOSED',
      createdAt: new Date(`2026-11-${day}T08:00:00Z`),
      resolvedAt: new Date(`2026-11-${day}T23:00:00Z`),
      agent: `agent ${imported.length % 3}`,
      escalationLevel: 0,
      escalatedAt: null,
      breached: false,
      breachedAt: null,
    };
    await other.behind.storeLogs([log]);
    imported.push(log);
  };

  async function expectRight(at: string): Promise<void> {
    await bringUpToDate(at);
    countLedger('calls at which a process died or stopped, made good', {
      acknowledged: 1,
      found: 1,
      lost: 0,
      repeated: 0,
    });
  }

  /** The other process brings everything up to date; then every number is that of the logs, and these of the tickets. */
  async function bringUpToDate(at: string): Promise<void> {
    await other.projectTicketLogs();
    await other.refreshReports();
    const logs = [...imported, ...(await other.behind.liveLogs())];
    const weeks = await other.weeklyStatus(LEAD, { weeks: 12 });
    expect(
      weeks.map(({ week: _, ...counts }) => counts),
      at,
    ).toEqual(naiveWeeks(logs, 12, NOW));
    expect(await other.topAgents(LEAD, { ...EVER, limit: 100 }), at).toEqual(naiveAgents(logs, EVER, 100));
    expect(await other.behind.marks(), at).toEqual([]);
  }

  /** Lets `run` die at each of its calls, one after the other, on what `prepare` made. */
  async function dieEverywhere(prepare: () => Promise<void>, run: () => Promise<unknown>): Promise<number> {
    for (let at = 1; ; at += STRIDE) {
      for (const when of ['before', 'after'] as const) {
        await prepare();
        faults.crashAt(at, when);
        await run().catch(() => undefined);
        const died = `${when} call ${at}, ${faults.calls[at - 1]}`;
        const { hasHappened } = faults;
        faults.heal();
        if (!hasHappened) return at - 1;
        await expectRight(died);
      }
    }
  }

  it(
    'are made good by another process when a refresh dies, wherever it does',
    async () => {
      expect(await dieEverywhere(store, place.refreshReports)).toBeGreaterThan(10);
    },
    PATIENCE_MS,
  );

  it(
    'are made good by another process when a projection dies, wherever it does',
    async () => {
      const moving = await live.create({ createdAt: new Date('2026-11-02T08:00:00Z') });
      let round = 0;
      const steps = await dieEverywhere(async () => {
        // Logs that are new, that leave a day, and that go.
        const day = String(1 + (round++ % 28)).padStart(2, '0');
        await live.create({ assigneeId: live.assigneeId });
        await live.change(
          moving,
          { ...RESOLVED, resolvedAt: new Date(`2026-11-${day}T09:00:00Z`) },
          'ticket.status_changed',
        );
        const gone = await live.create({ createdAt: new Date(`2026-11-${day}T08:00:00Z`) });
        await other.projectTicketLogs();
        await live.change(moving, { status: 'OPEN', resolvedAt: null }, 'ticket.status_changed');
        await live.change(gone, { deletedAt: NOW }, 'ticket.deleted');
      }, place.projectTicketLogs);
      expect(steps).toBeGreaterThan(8);
    },
    PATIENCE_MS,
  );

  it(
    'are made good by another process when a rebuild dies, wherever it does',
    async () => {
      await live.create({ assigneeId: live.assigneeId, ...RESOLVED });
      await store();
      const steps = await dieEverywhere(async () => undefined, place.rebuildReports);
      expect(steps).toBeGreaterThan(15);
    },
    PATIENCE_MS,
  );

  /** What the server does to a process that is stopped: its transaction ends, and with it the lock. */
  async function loseLocks(): Promise<void> {
    await other.db.sql.execute(sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`);
  }

  /** Lets `late` stop at each of its calls while `meanwhile` happens, and then go on. */
  async function wakeEverywhere(
    prepare: () => Promise<void>,
    late: () => Promise<unknown>,
    meanwhile: () => Promise<void>,
  ): Promise<number> {
    for (let at = 1; ; at += STRIDE) {
      await prepare();
      const { reached, resume } = faults.pauseAt(at);
      const running = late().catch(() => undefined);
      await Promise.race([reached, running]);
      if (!faults.hasHappened) return at - 1;
      const stopped = `stopped at call ${at}, ${faults.calls[at - 1]}`;
      await loseLocks();
      await meanwhile();
      await other.projectTicketLogs();
      await other.refreshReports();
      resume();
      await running;
      faults.heal();
      await expectRight(stopped);
    }
  }

  it(
    'do not suffer from a refresh that is stopped, wherever it is, and goes on after others',
    async () => {
      expect(await wakeEverywhere(store, place.refreshReports, store)).toBeGreaterThan(10);
    },
    PATIENCE_MS,
  );

  it(
    'do not suffer from a projection that is stopped, wherever it is, and goes on after others',
    async () => {
      let moving = '';
      const open = { status: 'OPEN', resolvedAt: null } as const;
      const steps = await wakeEverywhere(
        async () => {
          moving = await live.create({ assigneeId: live.assigneeId });
          await other.projectTicketLogs();
          await live.change(moving, RESOLVED, 'ticket.status_changed');
          await live.create({ createdAt: new Date('2026-11-12T08:00:00Z') });
        },
        place.projectTicketLogs,
        // What the stopped process has read is over, and looks as before.
        () => live.change(moving, open, 'ticket.status_changed'),
      );
      expect(steps).toBeGreaterThan(8);
    },
    PATIENCE_MS,
  );
});
