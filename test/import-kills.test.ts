import { expect, it } from 'vitest';
import { historyWorkbook, importCalls } from './support/import-calls.ts';
import { type Installation, openInstallation } from './support/installation.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import { Dice } from './support/simulation-random.ts';
import { patience, replayable, rounds, seeds } from './support/soak.ts';

const ROWS = rounds(6_000, 100_000);
const BAD_ROWS = ROWS / 100;
const KILLS = rounds(3, 20);

const REPORTS = `{ reports {
  averageResolution { tier tickets averageMinutes medianMinutes p90Minutes }
  escalatedPerMonth { month tier escalated total }
  topAgents(limit: 100) { agent resolved averageMinutes breached slaMetPercent }
  weeklyStatus(weeks: 104) { week opened resolved closed escalated breached backlog }
} }`;

const place = new ServerPlace();

/** Imports the file in an installation of its own while `disturb` is at work; returns everything that came of it. */
async function outcomeOf(
  bytes: Buffer,
  disturb: (all: Installation, rowsDone: () => Promise<number>) => Promise<void>,
) {
  await using all = await openInstallation(place, 'PostgreSQL');
  await all.fleet.start(['api', 'worker', 'worker']);
  const { desk } = all;
  const caller = all.fleet.caller(all.token);
  const { id } = await importCalls(caller).upload(bytes);
  const counters = async () => {
    const { rows } = await desk.db.pool.query<{ status: string; good: number; bad: number; retried: number }>(
      'SELECT status, succeeded_rows AS good, failed_rows AS bad, retried_rows AS retried FROM import_processes WHERE id = $1',
      [id],
    );
    return rows[0] ?? { status: '', good: 0, bad: 0, retried: 0 };
  };
  await disturb(all, async () => {
    const { good, bad } = await counters();
    return good + bad;
  });
  const end = await eventually(counters, ({ status }) => !['QUEUED', 'RUNNING'].includes(status));
  const hashOf = async (columns: string, table: string, order: string) => {
    const { rows } = await desk.db.pool.query<{ count: number; hash: string }>(
      `SELECT count(*)::int AS count, md5(string_agg(row::text, ' ' ORDER BY row::text)) AS hash
         FROM (SELECT ${columns} FROM ${table} ORDER BY ${order}) AS row`,
    );
    return rows[0];
  };
  const logs = await hashOf(
    'row_number, external_id, client_name, client_type, status, created_at, resolved_at, agent, priority, escalation_level, escalated_at, breached, breached_at, title',
    'ticket_logs',
    'row_number',
  );
  const letters = await hashOf('row_number, state, cells, reasons, attempts', 'dead_letters', 'row_number');
  return { end, logs, letters, reports: await caller.ask(REPORTS) };
}

it(
  `an import of ${ROWS} rows whose workers are killed with -9 at ${KILLS} random points ends like an undisturbed one: the same logs, dead letters, counts and reports`,
  async () => {
    const bytes = await historyWorkbook(ROWS, BAD_ROWS);
    const undisturbed = await outcomeOf(bytes, async () => undefined);
    expect(undisturbed).toMatchObject({
      end: { status: 'COMPLETED_WITH_ERRORS', good: ROWS - BAD_ROWS, bad: BAD_ROWS },
      logs: { count: ROWS - BAD_ROWS },
      letters: { count: BAD_ROWS },
    });
    const [seed = 1] = seeds(1, 1);
    await replayable(seed, async () => {
      const dice = new Dice(seed);
      const points = Array.from({ length: KILLS }, () => dice.within(0, ROWS - 1_000)).sort((a, b) => a - b);
      const killed = await outcomeOf(bytes, async ({ fleet }, rowsDone) => {
        for (const point of points) {
          await eventually(rowsDone, (done) => done >= point);
          const victim = fleet.workers[dice.below(fleet.workers.length)];
          if (!victim) throw new Error('No worker runs.');
          await fleet.kill(victim);
          await fleet.startOne('worker');
        }
      });
      expect(killed).toEqual(undisturbed);
    });
  },
  patience(150_000),
);
