import { and, asc, count, eq, inArray, sql } from 'drizzle-orm';
import { encodeCursor } from '../../application/cursor.ts';
import { type Page, pageOf } from '../../application/page.ts';
import type { Comment, CommentStore } from '../../application/ticket/ports.ts';
import type { NewEvent } from '../../domain/event.ts';
import { commentAdded } from '../../domain/trail.ts';
import type { Database } from './database.ts';
import { isInstant, keysetOf } from './keyset.ts';
import { sameTick } from './same-tick.ts';
import { comments, tickets } from './schema/tickets.ts';

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
      tx.audit(commentAdded(comment));
      return comment;
    });
  }

  async byId(id: string): Promise<Comment | null> {
    const [row] = await this.#db.sql.select().from(comments).where(eq(comments.id, id));
    return row ?? null;
  }

  page(ticketId: string, first: number, after: string | null): Promise<Page<Comment>> {
    return this.#page({ ticketId, first, after });
  }

  /** The pages of all tickets of a list in one statement, each ticket's read from the index on its own. */
  readonly #page = sameTick<PageKey, Page<Comment>>(
    ({ first, after }) => `${first}:${after}`,
    async (keys) => {
      const [{ first, after }] = keys;
      const last = after === null ? null : keysetOf(CURSOR, after, isInstant);
      const beyond = last
        ? sql`(${comments.createdAt}, ${comments.id}) > (${last.value}::timestamptz, ${last.id}::uuid)`
        : undefined;
      const ofTicket = this.#db.sql
        .select()
        .from(comments)
        .where(and(eq(comments.ticketId, tickets.id), beyond))
        .orderBy(asc(comments.createdAt), asc(comments.id))
        .limit(first + 1)
        .as('page');
      const read = await this.#db.sql
        .select({ page: ofTicket._.selectedFields })
        .from(tickets)
        .crossJoinLateral(ofTicket)
        .where(inArray(tickets.id, idsOf(keys)))
        .orderBy(asc(ofTicket.createdAt), asc(ofTicket.id));
      return keys.map(({ ticketId }) =>
        pageOf(
          read.flatMap(({ page }) => (page.ticketId === ticketId ? [page] : [])),
          first,
          (row) => ({ cursor: encodeCursor(CURSOR, [row.createdAt.toISOString(), row.id]), node: row }),
          { hasPreviousPage: after !== null, totalCount: () => this.#count(ticketId) },
        ),
      );
    },
  );

  readonly #count = sameTick<string, number>(
    () => '',
    async (ids) => {
      const counts = await this.#db.sql
        .select({ ticketId: comments.ticketId, count: count() })
        .from(comments)
        .where(inArray(comments.ticketId, [...ids]))
        .groupBy(comments.ticketId);
      const byTicket = new Map(counts.map((row) => [row.ticketId, row.count]));
      return ids.map((id) => byTicket.get(id) ?? 0);
    },
  );
}

interface PageKey {
  readonly ticketId: string;
  readonly first: number;
  readonly after: string | null;
}

function idsOf(keys: readonly PageKey[]): string[] {
  return [...new Set(keys.map(({ ticketId }) => ticketId))];
}
