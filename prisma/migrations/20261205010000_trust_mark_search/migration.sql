-- A trigram index serves equality too, slowly, and PostgreSQL preferred it for hundreds of identifiers at once: a page of 500
-- took two seconds. So the search has a column of its own. The database writes it, so that every writer and every restored
-- backup has it. Some seconds for a million marks. Written \x3B, because Prisma splits this file at each semicolon.
DROP INDEX "TrustMark_entityId_trgm";

ALTER TABLE "TrustMark" ADD COLUMN "searchText" TEXT NOT NULL DEFAULT '';
UPDATE "TrustMark" SET "searchText" = lower("entityId");

CREATE OR REPLACE FUNCTION "writeTrustMarkSearchText"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."searchText" := lower(NEW."entityId")\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "TrustMark_searchText" BEFORE INSERT OR UPDATE OF "entityId", "searchText"
ON "TrustMark" FOR EACH ROW EXECUTE FUNCTION "writeTrustMarkSearchText"();

CREATE INDEX "TrustMark_searchText_trgm" ON "TrustMark" USING GIN ("searchText" gin_trgm_ops);
