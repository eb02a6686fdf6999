-- The comparison with Redis looks at the keys of those members only of which one can end: the keys are stored apart from their
-- row. A row from before this version gets the column with its next keys, and is looked at until then.
ALTER TABLE "Subordinate" ADD COLUMN "hasEndingKeys" BOOLEAN;

CREATE OR REPLACE FUNCTION "writeEndingKeys"() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  NEW."hasEndingKeys" := jsonb_path_exists(NEW."jwks", ''$.keys[*] ? (exists (@.exp) || exists (@.revoked))'')\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_hasEndingKeys" BEFORE INSERT OR UPDATE OF "jwks", "hasEndingKeys"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeEndingKeys"();
