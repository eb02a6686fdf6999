-- The dashboard counts these two types in an index with an entry of some bytes for each row.
CREATE INDEX "Subordinate_providers" ON "Subordinate" ("active") WHERE "active" AND 'openid_provider' = ANY ("entityTypes");
CREATE INDEX "Subordinate_parties" ON "Subordinate" ("active") WHERE "active" AND 'openid_relying_party' = ANY ("entityTypes");

-- Counts read it: PostgreSQL keeps it in the row, of each row when its metadata or keys change.
ALTER TABLE "Subordinate" ALTER COLUMN "unnamedAlgorithms" SET STORAGE MAIN;

-- DropIndex
DROP INDEX "TrustMark_expiresAt_id_idx";

-- CreateIndex
CREATE INDEX "TrustMark_expiresAt_id_active_idx" ON "TrustMark"("expiresAt", "id", "active");
