-- CreateTable
CREATE TABLE "KeyRollover" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "months" INTEGER,
    "alg" TEXT,
    "noticeDays" INTEGER NOT NULL DEFAULT 7,
    "isHeld" BOOLEAN NOT NULL DEFAULT false,
    "notices" JSONB NOT NULL DEFAULT '[]',
    "looks" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "KeyRollover_pkey" PRIMARY KEY ("id")
);
