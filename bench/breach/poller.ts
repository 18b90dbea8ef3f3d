// How others do it: a job every minute that loads what is overdue, goes through it, updates each ticket and tells of it. Kinder than
// Chatwoot's (every 5 minutes, and a job of its own for each SLA that runs): the overdue ones come from an index, and each costs
// one statement.
import pg from 'pg';
import type { PollJob } from './others.ts';
import { openSender } from './sender.ts';

const send = await openSender();

process.on('message', async ({ databaseUrl, firstScanAt, everyMs, bytes }: PollJob) => {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench-poller' });
  await client.connect();
  const scan = async () => {
    const { rows } = await client.query<{ id: string; due: Date }>(
      'SELECT id, sla_due_at AS due FROM tickets WHERE sla_next_deadline_at <= now() ORDER BY sla_next_deadline_at',
    );
    for (const { id, due } of rows) {
      await client.query(
        `UPDATE tickets SET status = 'ESCALATED', escalation_level = 1, sla_breached_at = sla_due_at, sla_detected_at = now(),
                            sla_next_deadline_at = NULL, updated_at = now(), version = version + 1
          WHERE id = $1`,
        [id],
      );
      send({ ticketId: id, dueAt: due.getTime() }, bytes);
    }
  };
  setTimeout(() => {
    void scan();
    setInterval(() => void scan(), everyMs);
  }, firstScanAt - Date.now());
});
