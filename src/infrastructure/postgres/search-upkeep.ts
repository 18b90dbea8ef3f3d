import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';

/** How many changed tickets may wait to be merged. Fewer at a time cost more in all, since many have the same words. */
const MERGED_AFTER = 1_000;

/**
 * Part of a SELECT, at the start of a transaction that changes many tickets. A changed row comes into every index anew. The GIN indexes
 * of the search take new words into a list, and whoever makes it longer than gin_pending_list_limit (4 MB) merges it at once: a few hundred
 * milliseconds in which its rows are locked. Within this transaction nobody does; SearchUpkeep does it later.
 */
export const MERGE_SEARCH_LATER = sql`set_config('gin_pending_list_limit', '1GB', true)`;

/** Merges what bulk changes left in the lists of the search indexes, at a moment when they hold no rows. */
export class SearchUpkeep {
  readonly #db: Database;
  #waiting = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** To be called after the commit of a transaction that changed so many tickets. Never throws. */
  async changed(tickets: number): Promise<void> {
    this.#waiting += tickets;
    if (this.#waiting < MERGED_AFTER) return;
    this.#waiting = 0;
    try {
      await this.#db.sql.execute(
        sql`SELECT gin_clean_pending_list('tickets_text_trgm_idx'), gin_clean_pending_list('tickets_tags_idx')`,
      );
    } catch {
      // Only the owner of an index may do this. Left undone, it costs the next one who writes a ticket some time, and no truth.
    }
  }
}
