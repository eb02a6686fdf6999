-- AlterTable
ALTER TABLE "RenewalRun" ADD COLUMN     "skipped" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "RenewalRunItem" ADD COLUMN     "skipped" BOOLEAN NOT NULL DEFAULT false;
