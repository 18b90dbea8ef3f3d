import { expect, it } from 'vitest';
import { UPLOAD } from './support/access-world.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { createTestMongo, mongoMissing, mongoNote } from './support/mongo.ts';
import { startTestServer } from './support/server.ts';
import { entriesOf } from './support/trail-rows.ts';

it.skipIf(mongoMissing)(
  `imports in MongoDB leave one entry of each mutation, in Postgres${mongoNote}`,
  { timeout: 60_000 },
  async () => {
    const mongo = await createTestMongo();
    const server = await startTestServer({ env: { MONGO_URI: mongo.uri } });
    const { admin } = server;
    try {
      const bytes = await workbook([goodRow('T-1'), goodRow('T-2', { 2: 'GOLD' }), goodRow('T-3', { 2: 'GOLD' })]);
      const facts = ({
        succeeded,
        subject_id,
        before,
        after,
      }: {
        succeeded: boolean;
        subject_id: string | null;
        before: string | null;
        after: string | null;
      }) => ({
        succeeded,
        subject_id,
        before: before && JSON.parse(before),
        after: after && JSON.parse(after),
      });
      const uploaded = await entriesOf(server, () =>
        admin.upload<{ importTickets: { id: string } }>(UPLOAD, { bytes, name: 'old.xlsx' }),
      );
      const id = uploaded.result.data?.importTickets.id ?? '';
      expect(uploaded.entries.map(facts)).toEqual([
        {
          succeeded: true,
          subject_id: id,
          before: null,
          after: expect.objectContaining({ filename: 'old.xlsx', dryRun: false }),
        },
      ]);
      const ended = async () => {
        const progress = admin.subscribe('subscription ($id: ID!) { importProgress(id: $id) { status } }', { id });
        await progress.ended;
        await progress.stop();
      };
      await ended();
      const again = await entriesOf(server, () => admin.upload(UPLOAD, { bytes, name: 'old.xlsx' }));
      expect(again.entries.map(facts)).toEqual([{ succeeded: true, subject_id: id, before: null, after: null }]);

      const retried = await entriesOf(server, () =>
        admin.ask('mutation ($id: ID!) { retryDeadLetters(importId: $id) { id } }', { id }),
      );
      expect(retried.entries.map(facts)).toEqual([
        {
          succeeded: true,
          subject_id: id,
          before: expect.objectContaining({ status: 'COMPLETED_WITH_ERRORS' }),
          after: expect.objectContaining({ status: 'RUNNING' }),
        },
      ]);
      await ended();
      const cancelled = await entriesOf(server, () =>
        admin.send('mutation ($id: ID!) { cancelImport(id: $id) { id } }', { id }),
      );
      expect(cancelled.entries.map(facts)).toEqual([
        { succeeded: false, subject_id: id, before: null, after: { errorCode: 'CONFLICT', id } },
      ]);
      const discarded = await entriesOf(server, () =>
        admin.ask('mutation ($id: ID!) { discardDeadLetters(importId: $id) }', { id }),
      );
      expect(discarded.entries.map(facts)).toEqual([
        { succeeded: true, subject_id: id, before: { deadLetters: 2 }, after: { deadLetters: 0 } },
      ]);
      expect(server.log).toEqual([]);
    } finally {
      await server[Symbol.asyncDispose]();
      await mongo.drop();
    }
  },
);
