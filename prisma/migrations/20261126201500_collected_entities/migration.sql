-- CreateTable
CREATE TABLE "CollectedEntity" (
    "id" SERIAL NOT NULL,
    "crawlId" INTEGER NOT NULL,
    "entityId" TEXT NOT NULL,
    "displayName" TEXT,
    "claims" BYTEA,
    "superior" TEXT,
    "state" TEXT,
    "unresolvableReason" TEXT,
    "unresolvableCode" TEXT,
    "unresolvableSince" TIMESTAMP(3),

    CONSTRAINT "CollectedEntity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CollectedStatement" (
    "id" SERIAL NOT NULL,
    "crawlId" INTEGER NOT NULL,
    "superior" TEXT NOT NULL,
    "entityId" TEXT NOT NULL,
    "claims" BYTEA,
    "refusal" TEXT,

    CONSTRAINT "CollectedStatement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CollectionEvaluation" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "crawlId" INTEGER NOT NULL,
    "crawledAt" TIMESTAMP(3) NOT NULL,
    "basis" TEXT NOT NULL,

    CONSTRAINT "CollectionEvaluation_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "CollectedEntity_crawlId_state_entityId_idx" ON "CollectedEntity"("crawlId", "state", "entityId");

-- CreateIndex
CREATE UNIQUE INDEX "CollectedEntity_crawlId_entityId_key" ON "CollectedEntity"("crawlId", "entityId");

-- CreateIndex
CREATE UNIQUE INDEX "CollectedStatement_crawlId_entityId_superior_key" ON "CollectedStatement"("crawlId", "entityId", "superior");
