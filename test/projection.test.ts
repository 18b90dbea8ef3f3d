import pg from 'pg';
import { expect, it, vi } from 'vitest';
import { liveTickets, NOW } from './support/live-tickets.ts';
import { createReports } from './support/reports.ts';

it('the projection costs one statement when there is nothing new', async () => {
  await using reports = await createReports(NOW);
  await (await liveTickets(reports)).create();
  await reports.projectTicketLogs();
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  expect(await reports.projectTicketLogs()).toBe(0);
  expect(spy).toHaveBeenCalledTimes(1);
  spy.mockRestore();
});
