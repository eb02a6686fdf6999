-- CreateTable
CREATE TABLE "OwnTrustMark" (
    "issuer" TEXT NOT NULL,
    "trustMarkType" TEXT NOT NULL,
    "checkedAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "failingSince" TIMESTAMP(3),

    CONSTRAINT "OwnTrustMark_pkey" PRIMARY KEY ("issuer","trustMarkType")
);
