import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ImportStores } from '../src/application/import/ports.ts';
import type { Comparison } from '../src/application/move/ports.ts';
import { composeMove } from '../src/compose-move.ts';
import { type MoveDirection, movingParts } from '../src/compose-move-parts.ts';
import { cancelled, completed, failed, resumed, retrying, started } from '../src/domain/import-process.ts';
import { STORE_COLLECTIONS } from '../src/infrastructure/mongo/collection-plans.ts';
import { mongoImportStores } from '../src/infrastructure/mongo/imports/import-stores.ts';
import { Mongo } from '../src/infrastructure/mongo/mongo.ts';
import { mongoMoveProgress } from '../src/infrastructure/mongo/store-move.ts';
import { appendOnce } from '../src/infrastructure/postgres/append-once.ts';
import { AT, judge, judgedLog, runningImport, writeChunk } from './support/chunk-verdicts.ts';
import { DriverFaults } from './support/driver-faults.ts';
import { halfDone } from './support/half-done-imports.ts';
import { describeOnMongo, newImport, openPostgresPlace, type StorePlace } from './support/import-stores.ts';
import { silent } from './support/open-queues.ts';

const LIMITS = { trials: 3, now: AT };
const BYTES = Buffer.from('the bytes of a workbook '.repeat(50_000));
const MAPPING = [{ header: 'Ref', field: 'externalId' }] as const;
const SHA256 = createHash('sha256').update(BYTES).digest('hex');

describeOnMongo('imports that move between the stores', (_, uri) => {
  const faults = new DriverFaults();
  let mongo: Mongo;
  /** The same one, for a process that dies. */
  let mortal: Mongo;
  let postgres: StorePlace;
  let inMongo: ImportStores;
  beforeAll(async () => {
    const limits = { requestMs: 20_000, workMs: 20_000 };
    const open = { uri: uri(), collections: STORE_COLLECTIONS, applicationName: 'test', ...limits, log: silent };
    mongo = await Mongo.open(open);
    const forWork = async () => faults.wrap(await mongo.forWork());
    const forRequests = async () => faults.wrap(await mongo.forRequests());
    mortal = Object.assign(Object.create(mongo), { forWork, forRequests });
    postgres = await openPostgresPlace();
    const append = appendOnce(postgres.db);
    inMongo = mongoImportStores({ mongo: () => mongo.forWork(), append, newId: () => v7(), logger: silent });
  });
  afterAll(async () => {
    await mongo?.close();
    await postgres?.close();
  });

  const move = (
    direction: MoveDirection,
    { replace = false, onProgress = (_: string) => undefined as unknown, through = mongo } = {},
  ) =>
    composeMove({
      db: postgres.db,
      mongo: through,
      newId: () => v7(),
      logger: silent,
      onProgress: (name) => void onProgress(name),
      logsAtOnce: 2,
      lettersAtOnce: 1,
    })(direction, { replace });

  /** The process dies at ever later calls to MongoDB, before or after they take effect, and is started again each time. */
  async function moveDyingOnTheWay(direction: MoveDirection, replace: boolean) {
    let deaths = 0;
    // The first one may begin anew; whoever says so again begins anew again.
    let again = replace;
    for (let at = 16; ; at = Math.ceil(at * 1.4)) {
      faults.crashAt(at, deaths % 2 ? 'before' : 'after');
      const result = await move(direction, { replace: again, through: mortal }).catch((error: unknown) => {
        if (!faults.hasHappened) throw error;
        return null;
      });
      faults.heal();
      if (result) return { result, deaths };
      deaths += 1;
      again = false;
    }
  }

  const ids = { ended: '', running: '', cancelled: '', failed: '', queued: '' };
  const uploadIds = { cancelled: '', ended: '' };

  /** Everything that the stores tell of the imports. */
  async function toldBy({ imports, chunks, deadLetters }: ImportStores) {
    const told = [];
    for (const id of Object.values(ids)) {
      const letters = await deadLetters.list({ importId: id, first: 100, after: null });
      told.push({
        process: await imports.find(id),
        open: await chunks.open(id),
        uncommitted: await chunks.uncommitted(id),
        rows: await Promise.all([0, 1, 2].map((seq) => chunks.rowsOf(id, seq))),
        letters: letters.items.map(({ node }) => node),
        waiting: [...((await deadLetters.waiting(id, 100)) ?? [])].sort(),
      });
    }
    return told;
  }

  async function bytesOf({ uploads }: ImportStores, uploadId: string) {
    const file = await uploads.spool(uploadId, new AbortController().signal);
    try {
      return await readFile(file.path);
    } finally {
      await file.remove();
    }
  }

  async function prepare(stores: ImportStores): Promise<void> {
    const { imports, chunks, deadLetters, uploads } = stores;
    const ended = await runningImport(stores, [['ended-A', '!bad', '!worse'], ['ended-B']]);
    await writeChunk(stores, ended.id, 0);
    await writeChunk(stores, ended.id, 1);
    await imports.finish(ended.id, AT, (process) => completed(process, AT));

    await postgres.refuse('cursed');
    const cut = [['running-A', '!bad', 'cursed'], ['running-B'], ['running-C', '!worse']];
    const running = await runningImport(stores, cut);
    await writeChunk(stores, running.id, 0);
    await writeChunk(stores, running.id, 2);
    await postgres.accept();

    const later = await runningImport(stores, [['running-B']]);
    await writeChunk(stores, later.id, 0, () => ({ log: judgedLog('running-B', { title: 'of a later upload' }) }));

    const whole = { sizeBytes: BYTES.length, sha256: SHA256 };
    const stopped = await runningImport(stores, [['stopped-A']], whole);
    await uploads.save(stopped.uploadId, inPieces(BYTES), BYTES.length);
    await imports.change(stopped.id, AT, (process) => cancelled(process, AT));
    const broken = await runningImport(stores, []);
    await imports.change(broken.id, AT, (process) => failed(process, 'It is no workbook.', AT));
    const queued = newImport({ dryRun: true, mapping: MAPPING });
    await imports.create(queued);
    // Not what was hashed when it was uploaded.
    await uploads.save(queued.uploadId, inPieces(Buffer.from('damaged')), BYTES.length);
    // An upload that never became an import is nobody's, and stays behind.
    await uploads.save(v7(), inPieces(BYTES), BYTES.length);
    ids.ended = ended.id;
    ids.running = running.id;
    ids.cancelled = stopped.id;
    ids.failed = broken.id;
    ids.queued = queued.id;
    uploadIds.cancelled = stopped.uploadId;
    uploadIds.ended = ended.uploadId;
    expect(await chunks.uncommitted(running.id)).toEqual([1]);
    expect(await deadLetters.waiting(running.id, 100)).toHaveLength(1);
  }

  const counts = (numbers: Readonly<Record<string, number>>): Comparison[] =>
    Object.entries(numbers).map(([name, each]) => ({ name, from: String(each), to: String(each) }));

  it('are the same in MongoDB, open ones too, wherever the move was broken off, and go on there', async () => {
    await prepare(postgres.stores);
    const before = await toldBy(postgres.stores);
    const { result, deaths } = await moveDyingOnTheWay('to-mongo', false);
    expect(deaths).toBeGreaterThan(3);
    expect(result.kind === 'moved' && result.compared).toEqual(
      expect.arrayContaining(
        counts({
          'uploaded files': 2,
          'bytes of uploaded files': BYTES.length + 'damaged'.length,
          'uploaded files that are damaged': 1,
          imports: 6,
          'chunks of imports': 7,
          'dead letters': 5,
          'imported logs': 5,
        }),
      ),
    );
    expect(await toldBy(inMongo)).toEqual(before);
    expect((await bytesOf(inMongo, uploadIds.cancelled)).equals(BYTES)).toBe(true);

    const { imports, writer } = inMongo;
    await writeChunk(inMongo, ids.running, 1);
    await writer.tryRows(ids.running, { afterRow: 0, first: 100 }, judge, LIMITS);
    expect(await imports.finish(ids.running, AT, (process) => completed(process, AT))).toBe(true);
    expect(await imports.find(ids.running)).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      totalRows: 6,
      succeededRows: 4,
      failedRows: 2,
      retriedRows: 1,
    });
    // An earlier upload undoes nothing of a later one, whichever store that one was in.
    const logs = (await mongo.forWork()).db.collection('ticket_logs');
    expect(await logs.findOne({ externalId: 'running-B' })).toMatchObject({ title: 'of a later upload' });
    const same = await imports.create(newImport({ sha256: SHA256 }));
    expect(same).toMatchObject({ isNew: false, process: { id: ids.cancelled } });
    const { sha256 = '' } = (await imports.find(ids.queued)) ?? {};
    const tried = await imports.create(newImport({ sha256, dryRun: true, mapping: MAPPING }));
    expect(tried).toMatchObject({ isNew: false, process: { id: ids.queued } });
    const next = newImport();
    await imports.create(next);
    const { db } = await mongo.forWork();
    const orders = await db
      .collection('import_processes')
      .find({}, { projection: { order: 1 } })
      .toArray();
    const order = (id: string) => orders.find(({ _id }) => String(_id) === id)?.order;
    expect(order(next.id)).toBeGreaterThan(Math.max(...Object.values(ids).map(order)));
    await imports.change(next.id, AT, (process) => failed(process, 'It is no workbook.', AT));
  });

  it('are the same back in Postgres, also those that a crash left half done', async () => {
    const { imports, deadLetters, writer } = inMongo;
    const half = halfDone((await mongo.forWork()).db, inMongo);
    const [mended = '', other = ''] = (await toldBy(inMongo))[0]?.letters.map(({ id }) => id) ?? [];
    await deadLetters.release(ids.ended, [mended], AT, (process) => retrying(process, AT));
    await writer.tryRow(mended, () => ({ log: judgedLog('ended-mended') }), LIMITS);
    await imports.finish(ids.ended, AT, (process) => completed(process, AT));
    await half.release(ids.ended);
    await half.bytesOfEnded(uploadIds.ended);
    await half.untold(ids.cancelled);
    await imports.change(ids.queued, AT, (process) => started(process, AT));
    await half.uncommittedChunk(ids.queued, ['!half', 'tried', 'good']);

    const { result, deaths } = await moveDyingOnTheWay('to-postgres', true);
    expect(deaths).toBeGreaterThan(3);
    expect(result).toMatchObject({ kind: 'moved' });
    const [ended, , , , queued] = await toldBy(postgres.stores);
    expect(ended).toMatchObject({
      process: { status: 'RUNNING', succeededRows: 3, failedRows: 1, retriedRows: 2 },
      letters: [],
      waiting: [other],
    });
    expect(queued).toMatchObject({
      process: { status: 'RUNNING', succeededRows: 0, failedRows: 0, retriedRows: 0 },
      uncommitted: [0],
      letters: [],
      waiting: [],
    });
    const told = await postgres.db.pool.query('SELECT FROM event_log WHERE id = $1', [half.event.id]);
    expect(told.rowCount).toBe(1);

    const { stores } = postgres;
    await stores.writer.tryRow(other, judge, LIMITS);
    expect(await stores.imports.finish(ids.ended, AT, (process) => completed(process, AT))).toBe(true);
    expect(await writeChunk(stores, ids.queued, 0)).toMatchObject({ succeeded: 2, failed: 1 });
    await stores.chunks.saveTotal(ids.queued, 3);
    expect(await stores.imports.finish(ids.queued, AT, (process) => completed(process, AT))).toBe(true);
    const again = await stores.imports.change(ids.cancelled, AT, (process) => resumed(process, AT));
    expect(again).toMatchObject({ hasChanged: true, process: { status: 'QUEUED' } });
    expect((await bytesOf(stores, uploadIds.cancelled)).equals(BYTES)).toBe(true);
    const logs = (await postgres.logs()).map(({ externalId }) => externalId);
    const running = ['running-A', 'running-B', 'running-C'];
    expect(logs).toEqual(['cursed', 'ended-A', 'ended-B', 'ended-mended', 'good', ...running, 'tried']);
  });

  it('are told of when they changed while a move was broken off, and nothing moves the other way meanwhile', async () => {
    const breakAfter = (part: string) => (name: string) => {
      if (name === part) throw new Error('broken off');
    };
    const brokenOff = move('to-mongo', { replace: true, onProgress: breakAfter('imports') });
    await expect(brokenOff).rejects.toThrow('broken off');
    const before = await postgres.stores.imports.find(ids.cancelled);
    expect(await move('to-postgres', { replace: true })).toEqual({ kind: 'unfinished', direction: 'to-mongo' });
    expect(await postgres.stores.imports.find(ids.cancelled)).toEqual(before);

    await postgres.stores.imports.change(ids.cancelled, AT, (process) => started(process, AT));
    const result = await move('to-mongo');
    const differing = result.kind === 'differs' ? result.compared.filter(({ from, to }) => from !== to) : [];
    expect(differing.map(({ name }) => name)).toEqual(['checksum of imports']);
    expect(await move('to-mongo', { replace: true })).toMatchObject({ kind: 'moved' });
  });

  it('stop at an import of the same file that is there under another id, and say what to do', async () => {
    let sameFile = ids.cancelled;
    for (const [direction, target] of [
      ['to-mongo', inMongo],
      ['to-postgres', postgres.stores],
    ] as const) {
      expect(await move(direction, { replace: true })).toMatchObject({ kind: 'moved' });
      // A server was started there, failed the import, and took the file once more.
      await target.imports.change(sameFile, AT, (process) => failed(process, 'It was superseded.', AT));
      const other = newImport({ sha256: SHA256 });
      expect(await target.imports.create(other)).toMatchObject({ isNew: true });
      const progress = mongoMoveProgress(mongo, direction);
      for (const { name } of movingParts({ db: postgres.db, mongo, newId: v7, logger: silent }, direction)) {
        await progress.save(name, '');
      }
      await expect(move(direction)).rejects.toThrow(/Stop every server and move again with --replace/);
      await progress.forget();
      sameFile = other.id;
    }
  });
});

async function* inPieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
