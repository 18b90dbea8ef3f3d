import type { AnyBulkWriteOperation, Filter, UpdateFilter } from 'mongodb';
import type { Day } from '../../../domain/report/calendar.ts';
import { markDays } from '../report-marks.ts';
import type { ChunkDoc, ImportCollections, LetterDoc } from './documents.ts';
import { ON_TRIAL } from './documents.ts';

/** The days that the log of a row touches, in its old and its new version. */
export interface RowDays {
  readonly rowNumber: number;
  readonly days: readonly Day[];
}

/**
 * The report days that writing logs touches, kept with the chunk or the letters on whose behalf they are written until they are
 * marked: a version that was replaced cannot tell its days to whoever goes on after a crash.
 */
export class KeptDays {
  readonly #days: Set<Day>;
  readonly #save: (rows: readonly RowDays[]) => Promise<void>;

  private constructor(days: readonly Day[], save: (rows: readonly RowDays[]) => Promise<void>) {
    this.#days = new Set(days);
    this.#save = save;
  }

  /** With a chunk, beside those that an earlier run has kept there. */
  static ofChunk({ chunks, limit }: ImportCollections, chunk: Pick<ChunkDoc, '_id' | 'days'>): KeptDays {
    const kept = new Set(chunk.days);
    return new KeptDays([...kept], async (rows) => {
      const fresh = freshOf(
        rows.flatMap(({ days }) => days),
        kept,
      );
      if (fresh.length === 0) return;
      const more: UpdateFilter<ChunkDoc> = { $addToSet: { days: { $each: fresh } } };
      await chunks.updateOne({ _id: chunk._id }, more, limit);
      for (const day of fresh) kept.add(day);
    });
  }

  /** With the letter of each row, beside those that earlier trials have kept there. */
  static ofLetters(
    { letters, limit }: ImportCollections,
    onTrial: readonly Pick<LetterDoc, '_id' | 'rowNumber' | 'days'>[],
  ): KeptDays {
    const keptOf = new Map(onTrial.map(({ _id, rowNumber, days }) => [rowNumber, { _id, kept: new Set(days) }]));
    return new KeptDays(
      onTrial.flatMap(({ days }) => days ?? []),
      async (rows) => {
        const additions = rows.flatMap(({ rowNumber, days }) => {
          const letter = keptOf.get(rowNumber);
          const fresh = letter ? freshOf(days, letter.kept) : [];
          return letter && fresh.length > 0 ? [{ ...letter, fresh }] : [];
        });
        if (additions.length === 0) return;
        const operations = additions.map(({ _id, fresh }): AnyBulkWriteOperation<LetterDoc> => {
          const more: UpdateFilter<LetterDoc> = { $addToSet: { days: { $each: fresh } } };
          return { updateOne: { filter: { _id }, update: more } };
        });
        await letters.bulkWrite(operations, { ...limit, ordered: false });
        for (const { kept, fresh } of additions) for (const day of fresh) kept.add(day);
      },
    );
  }

  async keep(rows: readonly RowDays[]): Promise<void> {
    await this.#save(rows);
    for (const { days } of rows) for (const day of days) this.#days.add(day);
  }

  get all(): ReadonlySet<Day> {
    return this.#days;
  }
}

function freshOf(days: readonly Day[], kept: ReadonlySet<Day>): Day[] {
  return [...new Set(days)].filter((day) => !kept.has(day));
}

/** Marks the days of logs that were maybe written for chunks and rows of an import which nobody may go on with. */
export async function markUnfinished(collections: ImportCollections, importId: string): Promise<void> {
  const { chunks, letters, limit } = collections;
  const hasDays = { importId, 'days.0': { $exists: true } };
  const daysOnly = { ...limit, projection: { days: 1 } } as const;
  const ofChunks = await chunks.find(hasDays as Filter<ChunkDoc>, daysOnly).toArray();
  const onTrial = { ...hasDays, state: { $in: [...ON_TRIAL] } } as Filter<LetterDoc>;
  const ofLetters = await letters.find(onTrial, daysOnly).toArray();
  await markDays(
    collections,
    [...ofChunks, ...ofLetters].flatMap(({ days }) => days ?? []),
  );
}
