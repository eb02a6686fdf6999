-- AlterTable
ALTER TABLE "Settings" ADD COLUMN     "historyRetentionDays" INTEGER;

-- CreateTable
CREATE TABLE "PublishedObject" (
    "kind" SMALLINT NOT NULL,
    "subject" TEXT NOT NULL,
    "second" TEXT NOT NULL DEFAULT '',
    "hash" BYTEA NOT NULL,
    "from" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PublishedObject_pkey" PRIMARY KEY ("kind","subject","second")
);

-- CreateTable
CREATE TABLE "PastObject" (
    "id" BIGSERIAL NOT NULL,
    "kind" SMALLINT NOT NULL,
    "subject" TEXT NOT NULL,
    "second" TEXT NOT NULL DEFAULT '',
    "hash" BYTEA NOT NULL,
    "from" TIMESTAMP(3) NOT NULL,
    "until" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PastObject_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ObjectContent" (
    "hash" BYTEA NOT NULL,
    "bundleId" INTEGER,
    "start" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,

    CONSTRAINT "ObjectContent_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "ContentBundle" (
    "id" SERIAL NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "ContentBundle_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "PastObject_kind_subject_second_from_idx" ON "PastObject"("kind", "subject", "second", "from");

-- A new signature replaces a row in its page, and then no index changes.
ALTER TABLE "PublishedObject" SET (fillfactor = 50);

-- The bytes are compressed before.
ALTER TABLE "ContentBundle" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

-- What an earlier version published is published again, and its history begins then.
INSERT INTO "OutboxEntry" ("topic", "lane")
SELECT 'everything', 2 FROM "PublisherLease" WHERE "publicationMark" IS NOT NULL;
