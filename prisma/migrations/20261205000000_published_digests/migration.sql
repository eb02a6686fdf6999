-- The comparison with Redis reads a digest instead of the values, which are stored apart from their row. The database writes
-- it, so that every writer and every restored backup has it. A row from before this version gets it with its next signature,
-- and is compared by the values until then. Written \x3B, because Prisma splits this file at each semicolon.
ALTER TABLE "Subordinate" ADD COLUMN "statementDigest" BYTEA, ADD COLUMN "configurationDigest" BYTEA;

CREATE OR REPLACE FUNCTION "writeStatementDigest"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."statementDigest" := sha256(convert_to(NEW."statement", ''UTF8''))\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_statementDigest" BEFORE INSERT OR UPDATE OF "statement", "statementDigest"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeStatementDigest"();

CREATE OR REPLACE FUNCTION "writeConfigurationDigest"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."configurationDigest" := sha256(convert_to(NEW."entityConfiguration", ''UTF8''))\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_configurationDigest" BEFORE INSERT OR UPDATE OF "entityConfiguration", "configurationDigest"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeConfigurationDigest"();
