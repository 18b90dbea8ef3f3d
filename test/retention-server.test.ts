import { expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { followEvents } from './support/follow.ts';
import { codeOf, eventually, startTestServer } from './support/server.ts';

it('a server prunes by itself, tells how much, and keeps everything but the events', async () => {
  await using first = await startTestServer();
  const desk = deskCalls(first);
  const clientId = await desk.client('VIP');
  const cursor = await desk.cursor();
  const closed = await desk.ticket(clientId);
  await desk.status(closed, 'CLOSED');
  const open = await desk.ticket(clientId);
  await first.stop();
  // As if all of it were of the month before last; the log itself lets nobody do so.
  await first.sql(`
    DO $$ BEGIN
      ALTER TABLE event_log DISABLE TRIGGER event_log_append_only;
      UPDATE event_log SET occurred_at = occurred_at - interval '60 days';
      ALTER TABLE event_log ENABLE TRIGGER event_log_append_only;
      UPDATE tickets SET closed_at = closed_at - interval '60 days' WHERE closed_at IS NOT NULL;
      -- The next run would be due in two minutes; of a new schedule the first is due at once.
      DROP SCHEMA bullmq CASCADE;
    END $$`);

  await using second = await startTestServer({
    databaseUrl: first.databaseUrl,
    env: { EVENT_LOG_RETENTION_DAYS: '30', LOG_LEVEL: 'info' },
  });
  await eventually(
    () => second.sql('SELECT 1 FROM event_log WHERE subject_id = $1', [closed]),
    (rows) => rows.length === 0,
  );
  expect(await second.sql('SELECT 1 FROM event_log WHERE subject_id = $1', [open])).toHaveLength(1);
  await eventually(
    async () => second.log.find((line) => line.includes('removed the events of tickets')),
    (line) => line !== undefined && JSON.parse(line).events === 2,
  );
  expect(await (await second.nobody.get('/metrics')).text()).toMatch(/^event_log_pruned_events_total 2$/m);

  const history = (id: string) =>
    second.admin.ask<{ ticket: { status: string; history: { totalCount: number } } }>(
      'query ($id: ID!) { ticket(id: $id) { status history { totalCount } } }',
      { id },
    );
  expect(await history(closed)).toEqual({ ticket: { status: 'CLOSED', history: { totalCount: 0 } } });
  expect(await history(open)).toEqual({ ticket: { status: 'OPEN', history: { totalCount: 1 } } });
  await expect(followEvents(second.admin, cursor).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  const alerts = await second.admin.send('query ($after: String) { slaAlerts(after: $after) { totalCount } }', {
    after: cursor,
  });
  expect(codeOf(alerts)).toBe('CURSOR_EXPIRED');
});
