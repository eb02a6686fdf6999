-- DropIndex
DROP INDEX "RenewalRunItem_runId_id_idx";

-- AlterTable
ALTER TABLE "RenewalRun" ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "current" TEXT,
ADD COLUMN     "parameters" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "startedMethod" TEXT NOT NULL DEFAULT 'job',
ALTER COLUMN "state" SET DEFAULT 'QUEUED';

-- AlterTable
ALTER TABLE "RenewalRunItem" ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "changes" JSONB,
ADD COLUMN     "input" JSONB,
ADD COLUMN     "key" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "notBefore" TIMESTAMP(3),
ADD COLUMN     "sequence" INTEGER,
ALTER COLUMN "ok" DROP NOT NULL,
ALTER COLUMN "at" DROP NOT NULL,
ALTER COLUMN "at" DROP DEFAULT;

-- CreateTable
CREATE TABLE "Schedule" (
    "name" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "lastStartedAt" TIMESTAMP(3),
    "lastEndedAt" TIMESTAMP(3),
    "lastSucceeded" BOOLEAN,
    "lastMessage" TEXT,
    "lastRunId" INTEGER,

    CONSTRAINT "Schedule_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "RenewalRunItem_runId_ok_id_idx" ON "RenewalRunItem"("runId", "ok", "id");

-- CreateIndex
CREATE UNIQUE INDEX "RenewalRunItem_runId_sequence_key" ON "RenewalRunItem"("runId", "sequence");

-- The items of before were written when they finished, in that order.
UPDATE "RenewalRunItem" AS item
SET "sequence" = finished."place"
FROM (SELECT "id", row_number() OVER (PARTITION BY "runId" ORDER BY "id") AS "place" FROM "RenewalRunItem") AS finished
WHERE item."id" = finished."id";

-- Runs lived in the process that was asked, which is gone.
UPDATE "RenewalRun"
SET "state" = 'FAILED', "endedAt" = now() AT TIME ZONE 'utc', "error" = 'The process that ran it ended.'
WHERE "state" = 'RUNNING';
