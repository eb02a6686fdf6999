-- Alerts of which people were told.
CREATE TABLE "AlertNotice" (
    "id" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "toldAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "AlertNotice_pkey" PRIMARY KEY ("id")
);
