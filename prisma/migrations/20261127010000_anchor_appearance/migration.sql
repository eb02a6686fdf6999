-- AlterTable
ALTER TABLE "Settings" ADD COLUMN     "color" TEXT,
ADD COLUMN     "displayName" TEXT,
ADD COLUMN     "environment" TEXT;
