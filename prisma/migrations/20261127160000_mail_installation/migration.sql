-- AlterTable
ALTER TABLE "User" ADD COLUMN     "mail" BOOLEAN NOT NULL DEFAULT true;

-- CreateTable
CREATE TABLE "Mail" (
    "id" SERIAL NOT NULL,
    "event" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "anchor" TEXT,
    "state" TEXT NOT NULL DEFAULT 'WAITING',
    "body" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "giveUpAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),
    "dedupeKey" TEXT,

    CONSTRAINT "Mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Mail_dedupeKey_key" ON "Mail"("dedupeKey");

-- CreateIndex
CREATE INDEX "Mail_state_nextAt_id_idx" ON "Mail"("state", "nextAt", "id");

-- CreateIndex
CREATE INDEX "Mail_state_id_idx" ON "Mail"("state", "id");

-- CreateIndex
CREATE INDEX "Mail_recipient_createdAt_idx" ON "Mail"("recipient", "createdAt");

-- CreateIndex
CREATE INDEX "Mail_createdAt_idx" ON "Mail"("createdAt");
