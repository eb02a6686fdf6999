-- Change requests keep what they would do.
ALTER TABLE "ChangeRequest"
  ADD COLUMN "effect" JSONB,
  ADD COLUMN "previousEffect" JSONB,
  ADD COLUMN "movedAt" TIMESTAMP(3),
  ADD COLUMN "comments" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "overrideBy" TEXT,
  ADD COLUMN "overrideAt" TIMESTAMP(3);

-- Whether one administrator may execute a change request alone.
ALTER TABLE "Protection"
  ADD COLUMN "breakGlass" TEXT NOT NULL DEFAULT 'AT_ONCE',
  ADD COLUMN "breakGlassHours" INTEGER NOT NULL DEFAULT 24;

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
