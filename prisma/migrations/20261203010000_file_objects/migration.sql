-- CreateTable
CREATE TABLE "FileObject" (
    "section" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fileSet" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "commit" TEXT,
    "appliedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "FileObject_pkey" PRIMARY KEY ("section","key")
);

-- CreateIndex
CREATE INDEX "FileObject_fileSet_idx" ON "FileObject"("fileSet");
