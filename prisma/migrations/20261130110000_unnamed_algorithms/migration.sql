-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "unnamedAlgorithms" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- The signature algorithms that no string in metadata and keys names: as itself, or by what only its keys have. Written \x3B,
-- because Prisma splits this file at each semicolon.
CREATE OR REPLACE FUNCTION "writeUnnamedAlgorithms"() RETURNS trigger LANGUAGE plpgsql AS E'
DECLARE
  words text[] := ARRAY(SELECT word #>> ''{}'' FROM jsonb_path_query(
    jsonb_build_array(NEW."metadata", NEW."jwks"), ''strict $.** ? (@.type() == "string")'') AS word)\x3B
BEGIN
  NEW."unnamedAlgorithms" := ARRAY(SELECT algorithm FROM (VALUES (''RS256'', ''RSA''), (''PS256'', NULL), (''ES256'', ''P-256''),
    (''ES384'', ''P-384''), (''ES512'', ''P-521''), (''Ed25519'', ''EdDSA''), (''Ed448'', NULL), (''ML-DSA-44'', NULL),
    (''ML-DSA-65'', NULL), (''ML-DSA-87'', NULL)) AS known (algorithm, other)
    WHERE algorithm <> ALL (words) AND (other IS NULL OR other <> ALL (words)))\x3B
  RETURN NEW\x3B
END';

CREATE TRIGGER "Subordinate_unnamedAlgorithms"
BEFORE INSERT OR UPDATE OF "metadata", "jwks", "unnamedAlgorithms"
ON "Subordinate" FOR EACH ROW EXECUTE FUNCTION "writeUnnamedAlgorithms"();

UPDATE "Subordinate" SET "unnamedAlgorithms" = DEFAULT;

-- CreateIndex
CREATE INDEX "Subordinate_unnamedAlgorithms_idx" ON "Subordinate" USING GIN ("unnamedAlgorithms");
