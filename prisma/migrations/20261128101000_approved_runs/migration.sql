-- AlterTable
ALTER TABLE "RenewalRun" ADD COLUMN     "changeRequestId" INTEGER;
