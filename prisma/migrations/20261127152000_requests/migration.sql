-- CreateTable
CREATE TABLE "Request" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'WAITING_FOR_OPERATOR',
    "entityId" TEXT NOT NULL,
    "organizationId" INTEGER NOT NULL,
    "trustMarkType" TEXT,
    "changes" JSONB NOT NULL DEFAULT '{}',
    "declared" JSONB,
    "checks" JSONB NOT NULL DEFAULT '[]',
    "approvalChecks" JSONB,
    "submittedBy" TEXT NOT NULL,
    "submittedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "decidedAt" TIMESTAMP(3),
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RequestStep" (
    "id" SERIAL NOT NULL,
    "requestId" INTEGER NOT NULL,
    "action" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "byMember" BOOLEAN NOT NULL,
    "text" TEXT,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RequestStep_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Request_state_submittedAt_id_idx" ON "Request"("state", "submittedAt", "id");

-- CreateIndex
CREATE INDEX "Request_organizationId_submittedAt_id_idx" ON "Request"("organizationId", "submittedAt", "id");

-- CreateIndex
CREATE INDEX "Request_entityId_idx" ON "Request"("entityId");

-- CreateIndex
CREATE INDEX "RequestStep_requestId_id_idx" ON "RequestStep"("requestId", "id");

-- AddForeignKey
ALTER TABLE "Request" ADD CONSTRAINT "Request_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "public"."Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RequestStep" ADD CONSTRAINT "RequestStep_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE CASCADE ON UPDATE CASCADE;
