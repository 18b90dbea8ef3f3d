import type { Filter, UpdateFilter } from 'mongodb';
import type { Day } from '../../../domain/report/calendar.ts';
import { markDays } from '../report-marks.ts';
import type { ChunkDoc, ImportCollections, LetterDoc } from './documents.ts';
import { ON_TRIAL } from './documents.ts';

/**
 * The report days that writing logs touches, kept with the chunk or letter on whose behalf they are written until they are
 * marked: a version that was replaced cannot tell its days to whoever goes on after a crash.
 */
export class KeptDays {
  readonly #days: Set<Day>;
  readonly #save: (days: readonly Day[]) => Promise<void>;

  private constructor(days: readonly Day[], save: (days: readonly Day[]) => Promise<void>) {
    this.#days = new Set(days);
    this.#save = save;
  }

  /** With a chunk, beside those that an earlier run has kept there. */
  static ofChunk({ chunks, limit }: ImportCollections, chunk: Pick<ChunkDoc, '_id' | 'days'>): KeptDays {
    return new KeptDays(chunk.days ?? [], async (days) => {
      const more: UpdateFilter<ChunkDoc> = { $addToSet: { days: { $each: [...days] } } };
      await chunks.updateOne({ _id: chunk._id }, more, limit);
    });
  }

  /** With a letter, beside those that an earlier trial has kept there. */
  static ofLetter({ letters, limit }: ImportCollections, letter: Pick<LetterDoc, '_id' | 'days'>): KeptDays {
    return new KeptDays(letter.days ?? [], async (days) => {
      const more: UpdateFilter<LetterDoc> = { $addToSet: { days: { $each: [...days] } } };
      await letters.updateOne({ _id: letter._id }, more, limit);
    });
  }

  async keep(days: Iterable<Day>): Promise<void> {
    const fresh = [...new Set(days)].filter((day) => !this.#days.has(day));
    if (fresh.length === 0) return;
    await this.#save(fresh);
    for (const day of fresh) this.#days.add(day);
  }

  get all(): ReadonlySet<Day> {
    return this.#days;
  }
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
