import { and, asc, eq, sql } from 'drizzle-orm';
import { encodeCursor } from '../../application/cursor.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { Comment, CommentStore } from '../../application/ticket/ports.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { Database } from './database.ts';
import { isInstant, keysetOf } from './keyset.ts';
import { comments } from './schema/tickets.ts';

const CURSOR = 'comments';

/** Comments in Postgres. */
export class PostgresCommentStore implements CommentStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(comment: Comment, event: NewEvent): Promise<Comment> {
    return this.#db.transaction(async (tx) => {
      await tx.sql.insert(comments).values(comment);
      tx.append([event]);
      return comment;
    });
  }

  async byId(id: string): Promise<Comment | null> {
    const [row] = await this.#db.sql.select().from(comments).where(eq(comments.id, id));
    return row ?? null;
  }

  async page(ticketId: string, first: number, after: string | null): Promise<Page<Comment>> {
    const last = after === null ? null : keysetOf(CURSOR, after, isInstant);
    const ofTicket = eq(comments.ticketId, ticketId);
    const beyond = last
      ? sql`(${comments.createdAt}, ${comments.id}) > (${last.value}::timestamptz, ${last.id}::uuid)`
      : undefined;
    const rows = await this.#db.sql
      .select()
      .from(comments)
      .where(and(ofTicket, beyond))
      .orderBy(asc(comments.createdAt), asc(comments.id))
      .limit(first + 1);
    return pageOf(
      rows,
      first,
      (row) => ({ cursor: encodeCursor(CURSOR, [row.createdAt.toISOString(), row.id]), node: row }),
      {
        hasPreviousPage: after !== null,
        totalCount: () => this.#db.sql.$count(comments, ofTicket),
      },
    );
  }
}
