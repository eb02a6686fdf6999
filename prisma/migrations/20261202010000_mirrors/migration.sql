-- CreateTable
CREATE TABLE "Mirror" (
    "id" SERIAL NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "state" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "problem" TEXT,
    "number" BIGINT,
    "signedAt" TIMESTAMP(3),
    "root" TEXT,

    CONSTRAINT "Mirror_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Mirror_url_key" ON "Mirror"("url");
