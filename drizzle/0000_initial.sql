CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE SEQUENCE "public"."ticket_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1001 CACHE 1;--> statement-breakpoint
CREATE TABLE "event_log" (
	"position" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "event_log_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"subject_id" uuid,
	"actor_id" uuid,
	"from" text,
	"to" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"data" jsonb
);
--> statement-breakpoint
CREATE TABLE "projections" (
	"name" text PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"import_id" uuid NOT NULL,
	"row_number" integer NOT NULL,
	"state" text NOT NULL,
	"cells" jsonb NOT NULL,
	"reasons" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"failed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "import_chunks" (
	"import_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"row_count" integer NOT NULL,
	"rows" jsonb,
	"committed_at" timestamp (3) with time zone,
	CONSTRAINT "import_chunks_import_id_seq_pk" PRIMARY KEY("import_id","seq")
);
--> statement-breakpoint
CREATE TABLE "import_processes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"filename" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"upload_id" uuid NOT NULL,
	"status" text NOT NULL,
	"headers" jsonb,
	"ignored_columns" jsonb,
	"total_rows" integer,
	"succeeded_rows" integer DEFAULT 0 NOT NULL,
	"failed_rows" integer DEFAULT 0 NOT NULL,
	"retried_rows" integer DEFAULT 0 NOT NULL,
	"error" text,
	"uploaded_by_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "upload_chunks" (
	"upload_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "upload_chunks_upload_id_seq_pk" PRIMARY KEY("upload_id","seq")
);
--> statement-breakpoint
CREATE TABLE "clients" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"tier" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"family_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"password_hash" text NOT NULL,
	"session_epoch" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "report_agent_days" (
	"day" date NOT NULL,
	"agent" text NOT NULL,
	"resolved" integer NOT NULL,
	"resolution_ms" bigint NOT NULL,
	"breached" integer NOT NULL,
	CONSTRAINT "report_agent_days_day_agent_pk" PRIMARY KEY("day","agent")
);
--> statement-breakpoint
CREATE TABLE "report_days" (
	"day" date NOT NULL,
	"tier" text NOT NULL,
	"opened" integer NOT NULL,
	"opened_escalated" integer NOT NULL,
	"resolved" integer NOT NULL,
	"closed" integer NOT NULL,
	"resolution_ms" bigint NOT NULL,
	"resolution_sketch" jsonb NOT NULL,
	"escalated" integer NOT NULL,
	"breached" integer NOT NULL,
	CONSTRAINT "report_days_day_tier_pk" PRIMARY KEY("day","tier")
);
--> statement-breakpoint
CREATE TABLE "report_dirty_days" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "report_dirty_days_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"day" date NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ticket_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"ticket_id" uuid,
	"external_id" text,
	"import_id" uuid,
	"row_number" integer,
	"client_name" text NOT NULL,
	"client_type" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"agent" text,
	"priority" smallint,
	"escalation_level" integer NOT NULL,
	"escalated_at" timestamp (3) with time zone,
	"breached" boolean NOT NULL,
	"breached_at" timestamp (3) with time zone,
	"title" text
);
--> statement-breakpoint
CREATE TABLE "comments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"ticket_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"body" text NOT NULL,
	"internal" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "escalations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"ticket_id" uuid NOT NULL,
	"cycle" integer NOT NULL,
	"level" integer NOT NULL,
	"reason" text NOT NULL,
	"escalated_at" timestamp (3) with time zone NOT NULL,
	"acknowledged_by_id" uuid,
	"acknowledged_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sla_cycles" (
	"ticket_id" uuid NOT NULL,
	"cycle" integer NOT NULL,
	"tier" text NOT NULL,
	"policy_version" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone,
	"breached_at" timestamp (3) with time zone,
	"detected_at" timestamp (3) with time zone,
	"met_at" timestamp (3) with time zone,
	"intervals" jsonb NOT NULL,
	CONSTRAINT "sla_cycles_ticket_id_cycle_pk" PRIMARY KEY("ticket_id","cycle")
);
--> statement-breakpoint
CREATE TABLE "sla_policies" (
	"tier" text NOT NULL,
	"version" integer NOT NULL,
	"resolution_minutes" integer NOT NULL,
	"at_risk_percent" integer NOT NULL,
	"breach_action" text NOT NULL,
	"changed_by_id" uuid,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sla_policies_tier_version_pk" PRIMARY KEY("tier","version")
);
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" integer DEFAULT nextval('ticket_number_seq') NOT NULL,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"status" text NOT NULL,
	"priority" smallint NOT NULL,
	"tags" text[] NOT NULL,
	"client_id" uuid NOT NULL,
	"assignee_id" uuid,
	"created_by_id" uuid NOT NULL,
	"created_from" text NOT NULL,
	"escalation_level" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"deleted_at" timestamp (3) with time zone,
	"version" integer NOT NULL,
	"sla_tier" text NOT NULL,
	"sla_policy_version" integer NOT NULL,
	"sla_cycle" integer NOT NULL,
	"sla_state" text NOT NULL,
	"sla_started_at" timestamp (3) with time zone NOT NULL,
	"sla_due_at" timestamp (3) with time zone,
	"sla_at_risk_at" timestamp (3) with time zone,
	"sla_at_risk_alerted_at" timestamp (3) with time zone,
	"sla_breached_at" timestamp (3) with time zone,
	"sla_detected_at" timestamp (3) with time zone,
	"sla_met_at" timestamp (3) with time zone,
	"sla_intervals" jsonb NOT NULL,
	"sla_next_deadline_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comments" ADD CONSTRAINT "comments_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_acknowledged_by_id_users_id_fk" FOREIGN KEY ("acknowledged_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sla_cycles" ADD CONSTRAINT "sla_cycles_ticket_id_tickets_id_fk" FOREIGN KEY ("ticket_id") REFERENCES "public"."tickets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sla_policies" ADD CONSTRAINT "sla_policies_changed_by_id_users_id_fk" FOREIGN KEY ("changed_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_client_id_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_assignee_id_users_id_fk" FOREIGN KEY ("assignee_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tickets" ADD CONSTRAINT "tickets_created_by_id_users_id_fk" FOREIGN KEY ("created_by_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "event_log_id_key" ON "event_log" USING btree ("id");--> statement-breakpoint
CREATE INDEX "event_log_subject_idx" ON "event_log" USING btree ("subject_id","position");--> statement-breakpoint
CREATE INDEX "event_log_alerts_idx" ON "event_log" USING btree ("position") WHERE "event_log"."type" IN ('sla.at_risk', 'sla.breached', 'sla.escalated', 'sla.acknowledged');--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_row_key" ON "dead_letters" USING btree ("import_id","row_number");--> statement-breakpoint
CREATE INDEX "dead_letters_order_idx" ON "dead_letters" USING btree ("failed_at","id");--> statement-breakpoint
CREATE INDEX "import_chunks_open_idx" ON "import_chunks" USING btree ("import_id","seq") WHERE "import_chunks"."committed_at" IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "import_processes_bytes_key" ON "import_processes" USING btree ("sha256") WHERE "import_processes"."status" <> 'FAILED';--> statement-breakpoint
CREATE INDEX "import_processes_created_idx" ON "import_processes" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "import_processes_open_idx" ON "import_processes" USING btree ("id") WHERE "import_processes"."status" IN ('QUEUED', 'RUNNING');--> statement-breakpoint
CREATE INDEX "clients_name_idx" ON "clients" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "clients_name_trgm_idx" ON "clients" USING gin (lower("name") gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "refresh_tokens_hash_key" ON "refresh_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "refresh_tokens_family_idx" ON "refresh_tokens" USING btree ("family_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens_user_idx" ON "refresh_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens_expires_idx" ON "refresh_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "users_name_idx" ON "users" USING btree ("name","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ticket_logs_ticket_key" ON "ticket_logs" USING btree ("ticket_id") WHERE "ticket_logs"."ticket_id" IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "ticket_logs_external_key" ON "ticket_logs" USING btree ("external_id") WHERE "ticket_logs"."external_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "ticket_logs_created_idx" ON "ticket_logs" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "ticket_logs_resolved_idx" ON "ticket_logs" USING btree ("resolved_at") WHERE "ticket_logs"."resolved_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "ticket_logs_escalated_idx" ON "ticket_logs" USING btree ("escalated_at") WHERE "ticket_logs"."escalated_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "ticket_logs_breached_idx" ON "ticket_logs" USING btree ("breached_at") WHERE "ticket_logs"."breached_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "comments_ticket_idx" ON "comments" USING btree ("ticket_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "escalations_once_key" ON "escalations" USING btree ("ticket_id","cycle","level");--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_number_key" ON "tickets" USING btree ("number");--> statement-breakpoint
CREATE INDEX "tickets_next_deadline_idx" ON "tickets" USING btree ("sla_next_deadline_at","id") WHERE "tickets"."sla_next_deadline_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "tickets_created_idx" ON "tickets" USING btree ("created_at","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_updated_idx" ON "tickets" USING btree ("updated_at","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_due_idx" ON "tickets" USING btree (coalesce("sla_due_at", 'infinity'::timestamptz),"id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_priority_idx" ON "tickets" USING btree ("priority","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_status_created_idx" ON "tickets" USING btree ("status","created_at","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_client_created_idx" ON "tickets" USING btree ("client_id","created_at","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_assignee_created_idx" ON "tickets" USING btree ("assignee_id","created_at","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_sla_state_created_idx" ON "tickets" USING btree ("sla_state","created_at","id") WHERE "tickets"."deleted_at" IS NULL;--> statement-breakpoint
CREATE INDEX "tickets_breached_created_idx" ON "tickets" USING btree ("created_at","id") WHERE "tickets"."deleted_at" IS NULL AND "tickets"."sla_breached_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "tickets_sla_tier_policy_idx" ON "tickets" USING btree ("sla_tier","sla_policy_version") WHERE "tickets"."sla_state" <> 'MET';--> statement-breakpoint
CREATE INDEX "tickets_tags_idx" ON "tickets" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "tickets_text_trgm_idx" ON "tickets" USING gin (lower("title" || ' ' || "description") gin_trgm_ops);