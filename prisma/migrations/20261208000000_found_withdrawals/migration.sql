-- What Redis had withdrawn and an older database publishes, until a person decides.
CREATE TABLE "FoundWithdrawal" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "entityId" TEXT NOT NULL,
    "trustMarkType" TEXT NOT NULL DEFAULT '',
    "hashes" TEXT[],
    "foundAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "FoundWithdrawal_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "FoundWithdrawal_entityId_trustMarkType_key" ON "FoundWithdrawal"("entityId", "trustMarkType");

-- Marks of an imported list, or issued after a backup, have no row, but their holders have them.
ALTER TABLE "StatusList" ADD COLUMN "keptBits" BYTEA;
