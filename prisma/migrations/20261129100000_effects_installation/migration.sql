-- Change requests keep what they would do.
ALTER TABLE "ChangeRequest"
  ADD COLUMN "effect" JSONB,
  ADD COLUMN "previousEffect" JSONB,
  ADD COLUMN "movedAt" TIMESTAMP(3);

-- Four whole operations replace nine: each old one is protected by the new one that has it.
UPDATE "Protection" SET "operations" = (
  SELECT coalesce(array_agg(DISTINCT new), ARRAY[]::TEXT[])
  FROM unnest("operations") AS old
  JOIN (VALUES
    ('SIGNING_KEYS', 'ANCHOR'),
    ('POLICY', 'ANCHOR'),
    ('POLICY', 'MEMBERS'),
    ('SETTINGS', 'ANCHOR'),
    ('TRUST_ANCHORS', 'ANCHOR'),
    ('SUBORDINATE_REGISTRATION', 'MEMBERS'),
    ('SUBORDINATE_REMOVAL', 'MEMBERS'),
    ('SUBORDINATE_KEYS', 'MEMBERS'),
    ('TRUST_MARKS', 'TRUST_MARKS'),
    ('ACCESS', 'ACCESS')
  ) AS names (name, new) ON names.name = old
);

ALTER TABLE "Protection" DROP COLUMN "trustMarkTypes";
