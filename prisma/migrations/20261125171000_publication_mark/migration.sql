-- AlterTable
ALTER TABLE "PublisherLease" ADD COLUMN     "publicationMark" TEXT;
