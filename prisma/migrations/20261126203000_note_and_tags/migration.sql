-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "note" TEXT,
ADD COLUMN     "tagKeys" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "unsignedChanges" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "Subordinate_tagKeys_idx" ON "Subordinate" USING GIN ("tagKeys");

-- Note and tags come before the names, which the entity publishes in any length. Rows without them keep their text.
-- Written \x3B, because Prisma splits this file at each semicolon.
CREATE OR REPLACE FUNCTION "writeSearchText"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."searchText" := left(concat_ws('' '', NEW."entityId", NEW."displayName", array_to_string(NEW."tags", '' ''),
    NEW."note", (
    SELECT string_agg(DISTINCT words #>> ''{}'', '' '') FROM jsonb_path_query(NEW."metadata",
      ''$.* ? (@.type() == "object").keyvalue() ? (@.key == "contacts" || @.key starts with "organization_name"
        || @.key starts with "display_name" || @.key starts with "client_name").value[*] ? (@.type() == "string")'',
      ''{}'', true) AS words
  )), 15000)\x3B
  RETURN NEW\x3B
END';

DROP TRIGGER "Subordinate_searchText" ON "Subordinate";

CREATE TRIGGER "Subordinate_searchText"
BEFORE INSERT OR UPDATE OF "entityId", "displayName", "metadata", "note", "tags", "searchText"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeSearchText"();
