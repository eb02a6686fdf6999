-- CreateTable
CREATE TABLE "Protection" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "operations" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "trustMarkTypes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "commandLine" BOOLEAN NOT NULL DEFAULT true,
    "validForHours" INTEGER NOT NULL DEFAULT 72,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Protection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ChangeRequest" (
    "id" SERIAL NOT NULL,
    "anchor" TEXT,
    "operations" TEXT[],
    "mutation" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "variables" JSONB NOT NULL,
    "namedAnchor" TEXT,
    "action" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "state" TEXT NOT NULL DEFAULT 'OPEN',
    "requestedBy" TEXT NOT NULL,
    "requestedMethod" TEXT NOT NULL,
    "keyCreatedBy" TEXT,
    "reason" TEXT,
    "requestedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "nonce" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "decidedBy" TEXT,
    "decidedAt" TIMESTAMP(3),
    "message" TEXT,
    "overridden" BOOLEAN NOT NULL DEFAULT false,
    "lastError" TEXT,

    CONSTRAINT "ChangeRequest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ChangeRequest_hash_key" ON "ChangeRequest"("hash");

-- CreateIndex
CREATE INDEX "ChangeRequest_state_id_idx" ON "ChangeRequest"("state", "id");

-- CreateIndex
CREATE INDEX "ChangeRequest_anchor_id_idx" ON "ChangeRequest"("anchor", "id");
