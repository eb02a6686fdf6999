-- CreateTable
CREATE TABLE "ImportedTrustMarkHash" (
    "hash" TEXT NOT NULL,
    "importedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ImportedTrustMarkHash_pkey" PRIMARY KEY ("hash")
);
