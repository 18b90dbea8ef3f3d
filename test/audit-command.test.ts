import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskWithFullLife } from './support/audited-ticket.ts';
import { type TestDesk, until } from './support/desk.ts';
import { ServerPlace } from './support/server-place.ts';
import { runServer } from './support/server-process.ts';

const place = new ServerPlace();
const command = [process.execPath, 'dist/audit.js'];

/** Runs the command to its end. */
const audit = (env: Readonly<Record<string, string>>) => runServer({ command, env });

describe('npm run audit, on a database of one’s own', () => {
  let desk: TestDesk;
  let id: string;

  beforeAll(async () => {
    ({ desk, id } = await deskWithFullLife());
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  it('says that each clock is what its log says, and exits 0', async () => {
    const { code, stdout, stderr } = await audit({ DATABASE_URL: desk.url });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'Audited 1 clock: each is what its log says.',
      'No server has audited yet, so that nobody knows which deadlines should have been recorded.',
      '',
    ]);
  });

  it('tells each difference with both explanations, and exits 1', async () => {
    await desk.db.pool.query("UPDATE tickets SET sla_due_at = '2026-03-02T23:00:00Z', sla_next_deadline_at = NULL");
    const { code, stdout } = await audit({ DATABASE_URL: desk.url });
    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      `TSP-1001 (${id}) is not what its log says:`,
      '  dueAt: stored 2026-03-02T23:00:00.000Z, by the log 2026-03-02T12:37:00.292Z',
      '  nextDeadlineAt: stored none, by the log 2026-03-02T13:37:00.292Z',
    ]);
    expect(lines[3]).toMatch(/^ {2}The row: Cycle 2 is RUNNING.*but this gives 2026-03-02T12:37:00.292Z/);
    expect(lines[4]).toMatch(/^ {2}The log: Cycle 2 is RUNNING/);
    expect(lines).toContain('Audited 1 clock: one of them is not what the log says.');
  });

  it('is what a server does by itself: what differs is in its log and in its metrics', async () => {
    const server = await place.start({ env: { DATABASE_URL: desk.url } });
    await until(() => server.output().includes('the stored clock is not what its log says'));
    const [line, ...others] = server
      .output()
      .split('\n')
      .filter((text) => text.includes('the stored clock'))
      .map((text) => JSON.parse(text));
    expect(others).toEqual([]);
    expect(line).toMatchObject({ level: 'error', ticketId: id, queue: 'maintenance', job: 'audit-clocks' });
    expect(line.fields).toContain('dueAt');
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    expect(metrics).toMatch(/^sla_audit_mismatch_total 1$/m);
    expect(metrics).toMatch(/^sla_audited_clocks_total 1$/m);
    await server.stop();
    const { stdout } = await audit({ DATABASE_URL: desk.url });
    expect(stdout).toMatch(
      /\nWhat has fallen due since 20\d\d-.*Z, when a server last was at work, is recorded by the next one\.\n$/,
    );
  });

  it('tells what it could not audit, and why', async () => {
    await desk.db.pool.query(`DELETE FROM event_log WHERE type = 'ticket.created'`);
    const { code, stdout } = await audit({ DATABASE_URL: desk.url });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Not auditable: 1 clock.\n  1: Its log does not begin with its creation: older events were deleted.\n',
    );
  });
});

describe('npm run audit, on the embedded database', () => {
  it('waits for no server: it says who uses the folder, and works once that one has stopped', async () => {
    const dataDir = place.folder();
    const server = await place.start({ env: { DATA_DIR: dataDir } });
    const refused = await audit({ DATA_DIR: dataDir });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^The data folder .* is in use by another instance \(pid \d+\)\. Stop it or set DATA_DIR\.\n$/,
    );
    await server.stop();
    const { code, stdout } = await audit({ DATA_DIR: dataDir });
    expect({ code, first: stdout.split('\n')[0] }).toEqual({
      code: 0,
      first: 'Audited 0 clocks: each is what its log says.',
    });
  });
});
