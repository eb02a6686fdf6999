-- AlterTable
ALTER TABLE "Request" ALTER COLUMN "organizationId" DROP NOT NULL;
