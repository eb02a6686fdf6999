-- CreateTable
CREATE TABLE "AwaitedEntity" (
    "id" SERIAL NOT NULL,
    "entityId" TEXT NOT NULL,
    "requestedBy" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "examinedAt" TIMESTAMP(3) NOT NULL,
    "failedCheck" TEXT,
    "message" TEXT,
    "passesSince" TIMESTAMP(3),

    CONSTRAINT "AwaitedEntity_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AwaitedEntity_entityId_key" ON "AwaitedEntity"("entityId");
