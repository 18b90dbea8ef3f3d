CREATE TABLE "report_agent_buckets" (
	"span" text NOT NULL,
	"start" date NOT NULL,
	"agent" text NOT NULL,
	"resolved" integer NOT NULL,
	"resolution_ms" bigint NOT NULL,
	"breached" integer NOT NULL,
	CONSTRAINT "report_agent_buckets_span_start_agent_pk" PRIMARY KEY("span","start","agent")
);
--> statement-breakpoint
CREATE TABLE "report_buckets" (
	"span" text NOT NULL,
	"start" date NOT NULL,
	"tier" text NOT NULL,
	"opened" integer NOT NULL,
	"opened_escalated" integer NOT NULL,
	"resolved" integer NOT NULL,
	"closed" integer NOT NULL,
	"resolution_ms" bigint NOT NULL,
	"resolution_sketch" "bytea" NOT NULL,
	"escalated" integer NOT NULL,
	"breached" integer NOT NULL,
	CONSTRAINT "report_buckets_span_start_tier_pk" PRIMARY KEY("span","start","tier")
);
--> statement-breakpoint
DROP TABLE "report_agent_days" CASCADE;--> statement-breakpoint
DROP TABLE "report_days" CASCADE;--> statement-breakpoint
CREATE INDEX "report_dirty_days_day_idx" ON "report_dirty_days" USING btree ("day");