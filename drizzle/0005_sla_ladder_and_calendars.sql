ALTER TABLE "sla_cycles" ADD COLUMN "escalation_level" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sla_cycles" ADD COLUMN "acknowledged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "sla_policies" ADD COLUMN "escalate_every_minutes" integer;--> statement-breakpoint
ALTER TABLE "sla_policies" ADD COLUMN "max_escalation_level" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE "sla_policies" ADD COLUMN "calendar" jsonb;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "sla_ladder_from" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "sla_next_escalation_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tickets" ADD COLUMN "sla_acknowledged_at" timestamp (3) with time zone;--> statement-breakpoint
-- What cycles that were breached before know of their ladder from now on.
UPDATE tickets t
   SET sla_ladder_from = t.sla_breached_at,
       sla_acknowledged_at = (SELECT max(acknowledged_at) FROM escalations e WHERE e.ticket_id = t.id AND e.cycle = t.sla_cycle)
 WHERE t.sla_breached_at IS NOT NULL;--> statement-breakpoint
UPDATE sla_cycles c
   SET escalation_level = e.level, acknowledged_at = e.acknowledged_at
  FROM (SELECT ticket_id, cycle, max(level) AS level, max(acknowledged_at) AS acknowledged_at FROM escalations GROUP BY 1, 2) e
 WHERE e.ticket_id = c.ticket_id AND e.cycle = c.cycle;--> statement-breakpoint
-- Clocks refer to versions, and are explained by them for ever.
CREATE FUNCTION sla_policies_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'versions of sla_policies never change';
END;
$$;--> statement-breakpoint
CREATE TRIGGER sla_policies_append_only BEFORE UPDATE OR DELETE ON sla_policies
  FOR EACH STATEMENT EXECUTE FUNCTION sla_policies_append_only();
