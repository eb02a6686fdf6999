-- The time between two checks follows the number of subordinates, unless an operator set another one than the default.
ALTER TABLE "Settings" ALTER COLUMN "checkMinutes" DROP NOT NULL, ALTER COLUMN "checkMinutes" DROP DEFAULT;
UPDATE "Settings" SET "checkMinutes" = NULL WHERE "checkMinutes" = 60;
