-- AlterTable
ALTER TABLE "Settings" ADD COLUMN     "runRetentionDays" INTEGER NOT NULL DEFAULT 90;

-- CreateTable
CREATE TABLE "DriftReport" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "missing" INTEGER NOT NULL,
    "unexpected" INTEGER NOT NULL,
    "different" INTEGER NOT NULL,
    "examples" TEXT[],

    CONSTRAINT "DriftReport_pkey" PRIMARY KEY ("id")
);
