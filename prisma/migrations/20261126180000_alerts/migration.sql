-- CreateTable
CREATE TABLE "AlertState" (
    "id" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "size" INTEGER NOT NULL,
    "acknowledgedBy" TEXT,
    "snoozedUntil" TIMESTAMP(3),

    CONSTRAINT "AlertState_pkey" PRIMARY KEY ("id")
);
