ALTER TABLE "import_chunks" ADD COLUMN "packed" "bytea";--> statement-breakpoint
-- Deflated already: not to be packed once more.
ALTER TABLE "import_chunks" ALTER COLUMN "packed" SET STORAGE EXTERNAL;
