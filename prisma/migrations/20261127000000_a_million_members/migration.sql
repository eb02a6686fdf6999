-- Each index of "Subordinate" takes some seconds for a million rows. Nothing is written to the table meanwhile.

-- CreateIndex
CREATE INDEX "Subordinate_active_statementExpiresAt_idx" ON "Subordinate"("active", "statementExpiresAt");

-- The time at which half of a statement's lifetime has passed, for the schedule that renews (jobs/kind/subordinates.ts).
CREATE INDEX "Subordinate_halfLife" ON "Subordinate" (("statementExpiresAt" - ("statementExpiresAt" - "statementIssuedAt") / 2))
WHERE "active" AND "autorenew";

-- Counts and searches read the rows, and only a page needs the long values: keep those apart. This changes no row now;
-- each row follows when its statement is signed again.
ALTER TABLE "Subordinate" SET (toast_tuple_target = 512);
ALTER TABLE "Subordinate" ALTER COLUMN "statement" SET STORAGE EXTERNAL, ALTER COLUMN "entityConfiguration" SET STORAGE EXTERNAL;
ALTER TABLE "SubordinateCheck" SET (toast_tuple_target = 256);
ALTER TABLE "AuditEvent" SET (toast_tuple_target = 512);

-- A fifth of a large table may change before it is vacuumed by default, and until then counts read all of its rows.
ALTER TABLE "Subordinate" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE "SubordinateCheck" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "AuditEvent" SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
