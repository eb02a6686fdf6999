-- CreateTable
CREATE TABLE "PinnedAnchor" (
    "entityId" TEXT NOT NULL,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "followedAt" TIMESTAMP(3),
    "issuedAt" TIMESTAMP(3),
    "lastError" TEXT,
    "failingSince" TIMESTAMP(3),
    "isChanged" BOOLEAN NOT NULL DEFAULT false,
    "endings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "PinnedAnchor_pkey" PRIMARY KEY ("entityId")
);
