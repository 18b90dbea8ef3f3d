import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS_FOLDER } from '../src/infrastructure/postgres/migrate.ts';
import { contracting } from './support/contracting.ts';
import { REPOSITORY } from './support/server-process.ts';

/** The last one from before processes of two releases ran side by side. */
const LAST_WITHOUT_NEIGHBOURS = 7;

const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };

it('migrations only expand: the release before goes on beside the new one', () => {
  const later = readdirSync(MIGRATIONS_FOLDER).filter(
    (name) => name.endsWith('.sql') && Number.parseInt(name, 10) > LAST_WITHOUT_NEIGHBOURS,
  );
  for (const name of later) {
    expect(contracting(readFileSync(join(MIGRATIONS_FOLDER, name), 'utf8'), version), name).toEqual([]);
  }
});

describe('what breaks the release before is seen', () => {
  it.each([
    ['ALTER TABLE "tickets" DROP COLUMN "title";', 'dropped'],
    ['drop table tickets', 'dropped'],
    ['ALTER TABLE "tickets" ALTER COLUMN "title" DROP DEFAULT;', 'dropped'],
    ['DROP FUNCTION IF EXISTS event_log_settled();', 'dropped'],
    ['ALTER TABLE "tickets" RENAME COLUMN "title" TO "name";', 'old name'],
    ['ALTER TABLE "tickets" ALTER COLUMN "title" SET DATA TYPE varchar(10);', 'old type'],
    ['ALTER TABLE tickets ALTER COLUMN title TYPE varchar(10);', 'old type'],
    ['ALTER TABLE "tickets" ADD COLUMN "sort" integer NOT NULL;', 'give it a default'],
    [
      'ALTER TABLE "tickets" ADD COLUMN "a" text DEFAULT \'\' NOT NULL, ADD COLUMN "b" text NOT NULL;',
      'give it a default',
    ],
    ['ALTER TABLE "tickets" ALTER COLUMN "title" SET NOT NULL;', 'write NULL'],
    ['ALTER TABLE "tickets" ADD CONSTRAINT "short" CHECK (length(title) < 10);', 'refused'],
    ['CREATE UNIQUE INDEX "tickets_title_key" ON "tickets" USING btree ("title");', 'refused'],
    ['DELETE FROM event_log;', 'rows'],
    ['TRUNCATE event_log;', 'rows'],
  ])('%s', (sql, why) => {
    expect(contracting(`SELECT 1;--> statement-breakpoint\n${sql}`, '1.2.0')).toEqual([expect.stringContaining(why)]);
  });
});

describe('what leaves it alone is let through', () => {
  it.each([
    'ALTER TABLE "tickets" ADD COLUMN "sort" integer;',
    'ALTER TABLE "tickets" ADD COLUMN "sort" integer DEFAULT 0 NOT NULL;',
    'ALTER TABLE "tickets" ADD COLUMN "twice" integer GENERATED ALWAYS AS (2 * number) STORED NOT NULL;',
    'ALTER TABLE "tickets" ALTER COLUMN "title" DROP NOT NULL;',
    'CREATE INDEX "tickets_sort_idx" ON "tickets" USING btree ("sort");',
    'DROP INDEX "tickets_sort_idx";',
    `CREATE TABLE "fresh" ("id" uuid NOT NULL, "to" text NOT NULL);--> statement-breakpoint
     ALTER TABLE "fresh" ADD CONSTRAINT "fresh_id_fk" FOREIGN KEY ("id") REFERENCES "public"."tickets"("id");--> statement-breakpoint
     CREATE UNIQUE INDEX "fresh_to_key" ON "fresh" USING btree ("to");`,
    "-- DROP TABLE tickets\nINSERT INTO projections VALUES ('DROP TABLE tickets', 0);",
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM event_log; RETURN NULL; END; $$;',
    'CREATE TRIGGER t BEFORE UPDATE OR DELETE OR TRUNCATE ON fresh FOR EACH STATEMENT EXECUTE FUNCTION f();',
    `DROP INDEX "tickets_title_key";--> statement-breakpoint
     -- refuses less than tickets_title_key
     CREATE UNIQUE INDEX "tickets_titles_key" ON "tickets" USING btree ("title", "client_id");`,
    '-- unused since 1.1.0: the list sorts by number\nALTER TABLE "tickets" DROP COLUMN "sort";',
  ])('%s', (sql) => {
    expect(contracting(sql, '1.2.0')).toEqual([]);
  });

  it('but not a unique index in place of one that stays', () => {
    const sql = '-- refuses less than tickets_title_key\nCREATE UNIQUE INDEX "t" ON "tickets" USING btree ("title");';
    expect(contracting(sql, '1.2.0')).toHaveLength(1);
  });

  it('but not what the release itself has just ceased to use', () => {
    const sql = '-- unused since 1.2.0\nALTER TABLE "tickets" DROP COLUMN "sort";';
    expect(contracting(sql, '1.2.0')).toHaveLength(1);
    expect(contracting(sql, '1.10.0')).toEqual([]);
  });
});
