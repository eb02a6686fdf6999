-- Each index of "Subordinate" takes some seconds for a million rows. Nothing is written to the table meanwhile.

-- CreateIndex
CREATE INDEX "Subordinate_active_statementExpiresAt_idx" ON "Subordinate"("active", "statementExpiresAt");

-- The time at which half of a statement's lifetime has passed, for the schedule that renews (jobs/kind/subordinates.ts).
CREATE INDEX "Subordinate_halfLife" ON "Subordinate" (("statementExpiresAt" - ("statementExpiresAt" - "statementIssuedAt") / 2))
WHERE "active" AND "autorenew";

-- The numbers of the dashboard, from this index alone.
CREATE INDEX "Subordinate_kinds" ON "Subordinate" ("active", "intermediate") INCLUDE ("entityTypes");

-- Counts and searches read the rows, and only a page needs the long values: keep those apart. This changes no row now;
-- each row follows when its statement is signed again.
ALTER TABLE "Subordinate" SET (toast_tuple_target = 512);
ALTER TABLE "Subordinate" ALTER COLUMN "statement" SET STORAGE EXTERNAL, ALTER COLUMN "entityConfiguration" SET STORAGE EXTERNAL;
ALTER TABLE "SubordinateCheck" SET (toast_tuple_target = 256);
ALTER TABLE "AuditEvent" SET (toast_tuple_target = 512);
-- These are what counts and searches read. Without it, a row that is still too long would keep them apart as well.
ALTER TABLE "Subordinate" ALTER COLUMN "entityId" SET STORAGE MAIN, ALTER COLUMN "displayName" SET STORAGE MAIN,
  ALTER COLUMN "entityTypes" SET STORAGE MAIN, ALTER COLUMN "statementBasis" SET STORAGE MAIN,
  ALTER COLUMN "tags" SET STORAGE MAIN, ALTER COLUMN "tagKeys" SET STORAGE MAIN, ALTER COLUMN "searchText" SET STORAGE MAIN;
ALTER TABLE "AuditEvent" ALTER COLUMN "actor" SET STORAGE MAIN, ALTER COLUMN "resource" SET STORAGE MAIN;

-- The few actors of the audit log are found by the index of actors.
DROP INDEX "AuditEvent_actor_trgm";

-- A fifth of a large table may change before it is vacuumed by default, and until then counts read all of its rows.
ALTER TABLE "Subordinate" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE "SubordinateCheck" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "AuditEvent" SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
