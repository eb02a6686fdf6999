-- CreateTable
CREATE TABLE "Superior" (
    "entityId" TEXT NOT NULL,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "statementsUntil" TIMESTAMP(3),
    "keys" JSONB NOT NULL DEFAULT '{}',
    "metadataPolicy" JSONB,

    CONSTRAINT "Superior_pkey" PRIMARY KEY ("entityId")
);
