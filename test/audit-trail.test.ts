import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError } from '../src/domain/domain-error.ts';
import { until } from './support/desk.ts';
import { createTrailedDesk, type TrailedDesk } from './support/trailed-desk.ts';

let desk: TrailedDesk;
let clientId: string;
beforeAll(async () => {
  desk = await createTrailedDesk();
  ({ id: clientId } = await desk.client());
});
afterAll(() => desk[Symbol.asyncDispose]());

const newTicket = async () => (await desk.ticket(clientId)).id;
const toWork = (id: string) =>
  desk.trail.record(desk.act({ subjectId: id }), () =>
    desk.mutations.changeTicketStatus(desk.admin, { id, status: 'IN_PROGRESS' }),
  );

describe('an entry and its change', () => {
  /** More statements than a change of status takes. */
  const STATEMENTS = Array.from({ length: 8 }, (_, n) => n);

  it.each(
    STATEMENTS.flatMap((n) => [[n, 'before'] as const, [n, 'meanwhile'] as const]),
  )('stand or fall together when the connection is killed at statement %i, %s', async (n, end) => {
    const id = await newTicket();
    desk.doom.at(n, end);
    const isTold = await toWork(id).then(
      () => true,
      () => false,
    );
    await desk.doom.spare();
    const isDone = (await desk.stored(id)).status === 'IN_PROGRESS';
    // The caller of what was killed does not wait for the entry that tells of it.
    await until(async () => (await desk.entriesAbout(id)).length > 0);
    const entries = await desk.entriesAbout(id);
    expect(entries).toEqual([expect.objectContaining({ succeeded: isDone, action: 'changeTicketStatus' })]);
    if (isTold) expect(isDone).toBe(true);
    if (!isDone) expect(JSON.parse(entries[0]?.after ?? '')).toEqual({ errorCode: 'UNAVAILABLE' });
  });

  it('the kills above hit: a change that is killed at its first statement is not done', async () => {
    const id = await newTicket();
    desk.doom.at(0, 'before');
    await expect(toWork(id)).rejects.toThrow();
    expect(await desk.doom.spare()).toBeGreaterThan(0);
    expect((await desk.stored(id)).status).toBe('OPEN');
  });

  it('are of one transaction, as its events are', async () => {
    const id = await newTicket();
    await toWork(id);
    const [together] = await desk.sql(
      `SELECT FROM audit_log a JOIN event_log e ON e.subject_id = a.subject_id AND e.xmin = a.xmin WHERE a.subject_id = $1`,
      [id],
    );
    expect(together).toBeDefined();
  });

  it('of a refusal come apart: what was rolled back leaves nothing, and the entry says why', async () => {
    const id = await newTicket();
    await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'CLOSED' });
    await expect(toWork(id)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    expect(await desk.entriesAbout(id)).toEqual([
      expect.objectContaining({ succeeded: false, before: null, after: '{"errorCode":"ILLEGAL_TRANSITION"}' }),
    ]);
  });

  it('of the system leave none', async () => {
    const { entries } = await desk.entriesOf(() => newTicket());
    expect(entries).toEqual([]);
  });
});

describe('an act', () => {
  const change = () => desk.db.transaction(async () => undefined);

  it('that is over leaves no entry of what goes on in its wake', async () => {
    const id = await newTicket();
    let goOn: () => void = () => undefined;
    let late: Promise<unknown> = Promise.resolve();
    const { entries } = await desk.entriesOf(async () => {
      await desk.trail.record(desk.act(), async () => {
        const over = new Promise<void>((resolve) => {
          goOn = resolve;
        });
        late = over.then(() => desk.mutations.deleteTicket(desk.admin, id));
        await change();
      });
      goOn();
      await late;
    });
    expect((await desk.stored(id)).deletedAt).not.toBeNull();
    expect(entries).toEqual([expect.objectContaining({ succeeded: true, before: null, after: null })]);
  });

  it('in parts leaves an entry of each, and none of the whole', async () => {
    const ids = [await newTicket(), await newTicket()];
    const { entries } = await desk.entriesOf(() =>
      desk.trail.record(desk.act(), async () => {
        const part = desk.trail.parts();
        const one = (subjectId: string) =>
          part({ subjectId, tried: {} }, () => desk.mutations.deleteTicket(desk.admin, subjectId));
        await Promise.all(ids.map(one));
      }),
    );
    expect(entries.map((entry) => entry.subject_id).sort()).toEqual(ids.sort());
  });

  it('whose time ran out before its parts were begun leaves an entry of each that says so', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, newTicket));
    const { entries } = await desk.entriesOf(async () => {
      await desk.trail.record(desk.act(), () =>
        desk.bulk.bulkAssignTickets(desk.admin, { ids, assigneeId: desk.admin.id }, AbortSignal.abort()),
      );
      await until(async () => (await Promise.all(ids.map(desk.entriesAbout))).every((about) => about.length > 0));
    });
    expect(entries.map((entry) => [entry.subject_id, entry.succeeded]).sort()).toEqual(
      ids.map((id) => [id, false]).sort(),
    );
    expect(new Set(entries.map(({ after }) => JSON.parse(after ?? '').errorCode))).toEqual(new Set(['TIMEOUT']));
  });

  it('beside others keeps to its own entry', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, newTicket));
    const { entries } = await desk.entriesOf(() => Promise.all(ids.map(toWork)));
    expect(entries.map((entry) => entry.subject_id).sort()).toEqual(ids.sort());
  });

  it('fails as it would without the trail, and the log has the entry, when that cannot be written', async () => {
    const refused = new DomainError('CONFLICT', 'No.', {});
    const act = desk.act({ subjectId: 'not a uuid' });
    const failing = desk.trail.record(act, async () => {
      throw refused;
    });
    await expect(failing).rejects.toBe(refused);
    expect(desk.errors).toEqual([expect.objectContaining({ entry: expect.objectContaining({ succeeded: false }) })]);
  });
});

describe('entries', () => {
  it.each([
    'UPDATE audit_log SET ip = NULL',
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
  ])('stay as they are: %s is refused', async (statement) => {
    await expect(desk.sql(statement)).rejects.toThrow('never change');
    await expect(desk.sql(`${statement} ${statement.startsWith('T') ? 'CASCADE' : 'WHERE false'}`)).rejects.toThrow();
  });

  it('are archived as docs/operations.md says, and protected as before afterwards', async () => {
    const id = await newTicket();
    await toWork(id);
    await desk.sql(`BEGIN; SET LOCAL session_replication_role = replica;
      DELETE FROM audit_log WHERE subject_id = '${id}'; COMMIT`);
    expect(await desk.entriesAbout(id)).toEqual([]);
    await expect(desk.sql('DELETE FROM audit_log')).rejects.toThrow('never change');
  });

  it('show what changed, and only that', async () => {
    const id = await newTicket();
    const record = (action: string, work: () => Promise<unknown>) => desk.trail.record(desk.act({ action }), work);
    await record('updateTicket', () => desk.mutations.updateTicket(desk.admin, { id, title: 'New', priority: 3 }));
    await record('assignTicket', () => desk.mutations.assignTicket(desk.admin, { id, assigneeId: desk.admin.id }));
    await record('addComment', () =>
      desk.mutations.addComment(desk.admin, { ticketId: id, body: 'b', internal: true }),
    );
    await record('deleteTicket', () => desk.mutations.deleteTicket(desk.admin, id));
    const shown = (await desk.entriesAbout(id)).map(({ before, after }) => [
      before && JSON.parse(before),
      JSON.parse(after ?? ''),
    ]);
    expect(shown).toEqual([
      [{ title: 'Printer on fire' }, { title: 'New' }],
      [{ assigneeId: null }, { assigneeId: desk.admin.id }],
      [null, { commentId: expect.any(String), internal: true }],
      [{ deletedAt: null }, { deletedAt: expect.any(String) }],
    ]);
  });
});
