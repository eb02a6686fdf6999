-- AlterTable
ALTER TABLE "TrustMarkType" ADD COLUMN     "statusList" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "IssuedTrustMark" ADD COLUMN     "statusIndex" INTEGER,
ADD COLUMN     "statusListNumber" INTEGER;

-- CreateTable
CREATE TABLE "StatusList" (
    "number" SERIAL NOT NULL,
    "trustMarkTypeId" INTEGER NOT NULL,
    "kid" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "StatusList_pkey" PRIMARY KEY ("number")
);

-- CreateIndex
CREATE INDEX "StatusList_trustMarkTypeId_kid_number_idx" ON "StatusList"("trustMarkTypeId", "kid", "number");

-- CreateIndex
CREATE UNIQUE INDEX "IssuedTrustMark_statusListNumber_statusIndex_key" ON "IssuedTrustMark"("statusListNumber", "statusIndex");

-- AddForeignKey
ALTER TABLE "IssuedTrustMark" ADD CONSTRAINT "IssuedTrustMark_statusListNumber_fkey" FOREIGN KEY ("statusListNumber") REFERENCES "StatusList"("number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "StatusList" ADD CONSTRAINT "StatusList_trustMarkTypeId_fkey" FOREIGN KEY ("trustMarkTypeId") REFERENCES "TrustMarkType"("id") ON DELETE CASCADE ON UPDATE CASCADE;
