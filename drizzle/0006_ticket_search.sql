CREATE TABLE "ticket_search" (
	"ticket_id" uuid PRIMARY KEY NOT NULL,
	"words" text NOT NULL
);
--> statement-breakpoint
DROP INDEX "tickets_text_trgm_idx";--> statement-breakpoint
DROP INDEX "tickets_tags_idx";--> statement-breakpoint
INSERT INTO ticket_search (ticket_id, words) SELECT id, lower(title || ' ' || description) FROM tickets;--> statement-breakpoint
ALTER TABLE "ticket_search" ADD CONSTRAINT "ticket_search_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ticket_search_words_idx" ON "ticket_search" USING gin ("words" gin_trgm_ops) WITH (gin_pending_list_limit=256);--> statement-breakpoint
CREATE INDEX "tickets_tags_idx" ON "tickets" USING gin ("tags") WITH (fastupdate=false);--> statement-breakpoint
CREATE FUNCTION ticket_search_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ticket_search (ticket_id, words) SELECT id, lower(title || ' ' || description) FROM added;
  RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER ticket_search_add AFTER INSERT ON tickets REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ticket_search_add();--> statement-breakpoint
CREATE FUNCTION ticket_search_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ticket_search SET words = lower(NEW.title || ' ' || NEW.description) WHERE ticket_id = NEW.id;
  RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER ticket_search_change AFTER UPDATE OF title, description ON tickets FOR EACH ROW
  WHEN (OLD.title IS DISTINCT FROM NEW.title OR OLD.description IS DISTINCT FROM NEW.description)
  EXECUTE FUNCTION ticket_search_change();
