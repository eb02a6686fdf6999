-- AlterTable
ALTER TABLE "Subordinate" ADD COLUMN     "keysPushedAt" TIMESTAMP(3);
