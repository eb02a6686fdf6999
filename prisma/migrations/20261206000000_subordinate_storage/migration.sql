-- The comparison with Redis reads both of every row: PostgreSQL keeps them in the row when they are written next.
ALTER TABLE "Subordinate" ALTER COLUMN "statementDigest" SET STORAGE PLAIN, ALTER COLUMN "configurationDigest" SET STORAGE PLAIN;

-- One index instead of four: each new signature enters a row in every index again.
DROP INDEX "Subordinate_entityTypes_idx";
DROP INDEX "Subordinate_searchText_trgm";
DROP INDEX "Subordinate_tagKeys_idx";
DROP INDEX "Subordinate_unnamedAlgorithms_idx";
CREATE INDEX "Subordinate_search" ON "Subordinate" USING GIN ("searchText" gin_trgm_ops, "entityTypes", "tagKeys", "unnamedAlgorithms");
