-- AlterTable
ALTER TABLE "RenewalRun" ADD COLUMN     "requestId" TEXT;
