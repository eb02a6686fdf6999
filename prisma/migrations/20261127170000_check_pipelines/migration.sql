-- AlterTable
ALTER TABLE "Request" ADD COLUMN     "acceptedTerms" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "CheckPipeline" (
    "id" SERIAL NOT NULL,
    "entityType" TEXT,
    "trustMarkTypeId" INTEGER,
    "checks" JSONB NOT NULL DEFAULT '[]',
    "approves" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "CheckPipeline_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "CheckPipeline_entityType_key" ON "CheckPipeline"("entityType");

-- CreateIndex
CREATE UNIQUE INDEX "CheckPipeline_trustMarkTypeId_key" ON "CheckPipeline"("trustMarkTypeId");

-- AddForeignKey
ALTER TABLE "CheckPipeline" ADD CONSTRAINT "CheckPipeline_trustMarkTypeId_fkey" FOREIGN KEY ("trustMarkTypeId") REFERENCES "TrustMarkType"("id") ON DELETE CASCADE ON UPDATE CASCADE;
