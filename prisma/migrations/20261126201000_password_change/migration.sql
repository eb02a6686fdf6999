-- AlterTable
ALTER TABLE "User" ADD COLUMN     "passwordChange" TEXT NOT NULL DEFAULT 'NONE';
