import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { ClientTier, Role } from '../../../domain/enums.ts';
import { bytea, instant } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    /** Trimmed and lower-cased. */
    email: text('email').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    active: boolean('active').notNull().default(true),
    passwordHash: text('password_hash').notNull(),
    /** Raised to end every session of the user: an access token carries the epoch it was issued in. */
    sessionEpoch: integer('session_epoch').notNull().default(1),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [uniqueIndex('users_email_key').on(t.email), index('users_name_idx').on(t.name, t.id)],
);

export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: uuid('id').primaryKey(),
    /** All tokens that descend from one sign-in; revoked together. */
    familyId: uuid('family_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    tokenHash: bytea('token_hash').notNull(),
    issuedAt: instant('issued_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [
    uniqueIndex('refresh_tokens_hash_key').on(t.tokenHash),
    index('refresh_tokens_family_idx').on(t.familyId),
    index('refresh_tokens_user_idx').on(t.userId),
    index('refresh_tokens_expires_idx').on(t.expiresAt),
  ],
);

export const clients = pgTable(
  'clients',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    tier: text('tier').$type<ClientTier>().notNull(),
    /** By the database's clock; null: never. Tells the sweep whose open tickets may still run under the former tier. */
    tierChangedAt: instant('tier_changed_at'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    index('clients_name_idx').on(t.name, t.id),
    index('clients_tier_changed_idx').on(t.tierChangedAt).where(sql`${t.tierChangedAt} IS NOT NULL`),
    index('clients_name_trgm_idx').using('gin', sql`lower(${t.name}) gin_trgm_ops`),
  ],
);
