import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cancelled, completed, resumed, started } from '../../src/domain/import-process.ts';
import { AT } from '../support/chunk-verdicts.ts';
import { describeOnEachStore, newImport, type StorePlace } from '../support/import-stores.ts';

const MAX = 5_000_000;
const never = new AbortController().signal;

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** An id of an upload that began at this time. */
const idOf = (instant: Date) => v7({ msecs: instant.getTime() });

describeOnEachStore('uploaded bytes', (open) => {
  let place: StorePlace;
  beforeEach(async () => {
    // Other tests use the system's folder for temporary files at the same time.
    vi.stubEnv('TMPDIR', await mkdtemp(join(tmpdir(), 'techsupport-test-')));
    place = await open();
  });
  afterEach(async () => {
    await place.close();
    await rm(tmpdir(), { recursive: true });
    vi.unstubAllEnvs();
  });

  const spooled = async (id: string) => {
    const file = await place.stores.uploads.spool(id, never);
    try {
      return await readFile(file.path);
    } finally {
      await file.remove();
    }
  };

  it.each([
    ['nothing', 0, 1],
    ['a byte', 1, 1],
    ['a whole piece', 512 * 1024, 65_536],
    ['a piece and a byte', 512 * 1024 + 1, 65_536],
    ['several pieces at once', 2_000_000, 2_000_000],
    ['exactly the limit', MAX, 70_001],
  ])('come back as they went in: %s', async (_, size, pieceBytes) => {
    const bytes = randomBytes(size);
    const id = v7();
    const stored = await place.stores.uploads.save(id, inPieces(bytes, pieceBytes), MAX);
    expect(stored).toEqual({ sizeBytes: size, sha256: createHash('sha256').update(bytes).digest('hex') });
    expect((await spooled(id)).equals(bytes)).toBe(true);
    expect(await readdir(tmpdir())).toEqual([]);
    await place.stores.uploads.remove(id);
    await place.stores.uploads.remove(id);
    expect(await place.pieces()).toBe(0);
    expect(await spooled(id)).toHaveLength(0);
  });

  it('beyond the limit are refused before they are all there, and none is kept', async () => {
    let taken = 0;
    async function* content() {
      for (;;) {
        taken += 100_000;
        yield Buffer.alloc(100_000);
      }
    }
    const save = place.stores.uploads.save(v7(), content(), 2_000_000);
    await expect(save).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { max: 2_000_000 } });
    expect(taken).toBe(2_100_000);
    expect(await place.pieces()).toBe(0);
  });

  it('that break off are not kept, and say why', async () => {
    async function* content() {
      yield Buffer.alloc(700_000);
      throw new Error('the client went away');
    }
    await expect(place.stores.uploads.save(v7(), content(), MAX)).rejects.toThrow('the client went away');
    expect(await place.pieces()).toBe(0);
  });

  it('of several uploads at a time do not mix', async () => {
    const files = Array.from({ length: 4 }, () => ({ id: v7(), bytes: randomBytes(1_500_000) }));
    await Promise.all(files.map(({ id, bytes }) => place.stores.uploads.save(id, inPieces(bytes, 65_536), MAX)));
    for (const { id, bytes } of files) expect((await spooled(id)).equals(bytes)).toBe(true);
  });

  it('leave no temporary file when the reading is stopped', async () => {
    const id = v7();
    await place.stores.uploads.save(id, inPieces(randomBytes(2_000_000), 65_536), MAX);
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(place.stores.uploads.spool(id, stop.signal)).rejects.toThrow('stopped');
    expect(await readdir(tmpdir())).toEqual([]);
  });

  it('go with the end of their import, but for a cancelled one', async () => {
    const { uploads, imports } = place.stores;
    const row = newImport();
    await uploads.save(row.uploadId, inPieces(randomBytes(10), 10), MAX);
    await imports.create(row);
    await imports.change(row.id, AT, (process) => started(process, AT));
    expect(await place.pieces()).toBe(1);
    await imports.change(row.id, AT, (process) => completed(process, AT));
    expect(await place.pieces()).toBe(0);
  });

  it('that never became an import are swept once they are old', async () => {
    const { uploads, imports } = place.stores;
    const hour = 3_600_000;
    const now = new Date('2026-11-02T12:00:00Z');
    const [old, recent, waiting] = [
      idOf(new Date(now.getTime() - 25 * hour)),
      idOf(now),
      idOf(new Date(now.getTime() - 48 * hour)),
    ];
    for (const id of [old, recent, waiting]) await uploads.save(id, inPieces(randomBytes(1_200_000), 65_536), MAX);
    await imports.create(newImport({ uploadId: waiting }));
    const kept = await mkdtemp(join(tmpdir(), 'techsupport-import-'));
    const never = new Date(0);
    expect(await uploads.sweep(new Date(now.getTime() - 24 * hour), never)).toBe(3);
    expect(await place.pieces()).toBe(6);
    expect(await spooled(waiting)).toHaveLength(1_200_000);
    expect(await readdir(tmpdir())).toEqual([kept.split('/').at(-1)]);
    expect(await uploads.sweep(new Date(Date.now() + hour), never)).toBe(3);
    expect(await readdir(tmpdir())).toEqual([]);
    expect(await place.pieces()).toBe(3);
  });

  it('of a cancelled import are swept once it was cancelled long ago, of one that goes on again never', async () => {
    const { uploads, imports } = place.stores;
    const hour = 3_600_000;
    const long = new Date(AT.getTime() - 24 * hour);
    const rows = [0, 1, 2].map(() => newImport({ uploadId: idOf(new Date(long.getTime() - hour)) }));
    for (const { uploadId, ...row } of rows) {
      await uploads.save(uploadId, inPieces(randomBytes(10), 10), MAX);
      await imports.create({ ...row, uploadId });
    }
    const [old, recent, resumedLater] = rows.map(({ id }) => id);
    for (const [id, at] of [
      [old, long],
      [recent, AT],
      [resumedLater, long],
    ] as const) {
      await imports.change(id ?? '', at, (process) => cancelled(process, at));
    }
    await imports.change(resumedLater ?? '', AT, (process) => resumed(process, AT));
    expect(await uploads.sweep(AT, new Date(AT.getTime() - hour))).toBe(1);
    expect(await place.pieces()).toBe(2);
    expect(await spooled(rows[0]?.uploadId ?? '')).toHaveLength(0);
    expect(await spooled(rows[1]?.uploadId ?? '')).toHaveLength(10);
    expect(await uploads.sweep(AT, new Date(AT.getTime() - hour))).toBe(0);
  });
});
