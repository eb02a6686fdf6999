-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "searchText" TEXT NOT NULL DEFAULT '';

-- Identifier, display name, and of every Entity Type the names, in all languages, and the contacts. The database writes it,
-- so that every writer and every restored backup has it. Written \x3B, because Prisma splits this file at each semicolon.
CREATE OR REPLACE FUNCTION "writeSearchText"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."searchText" := left(concat_ws('' '', NEW."entityId", NEW."displayName", (
    SELECT string_agg(DISTINCT words #>> ''{}'', '' '') FROM jsonb_path_query(NEW."metadata",
      ''$.* ? (@.type() == "object").keyvalue() ? (@.key == "contacts" || @.key starts with "organization_name"
        || @.key starts with "display_name" || @.key starts with "client_name").value[*] ? (@.type() == "string")'',
      ''{}'', true) AS words
  )), 10000)\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_searchText" BEFORE INSERT OR UPDATE OF "entityId", "displayName", "metadata", "searchText"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeSearchText"();

UPDATE "Subordinate" SET "searchText" = '';

-- DropIndex
DROP INDEX "Subordinate_entityId_trgm";

-- DropIndex
DROP INDEX "Subordinate_displayName_trgm";

-- CreateIndex
CREATE INDEX "Subordinate_searchText_trgm" ON "Subordinate" USING GIN ("searchText" gin_trgm_ops);
