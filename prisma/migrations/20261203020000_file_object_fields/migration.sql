-- AlterTable
ALTER TABLE "FileObject" ADD COLUMN     "differs" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "fields" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "withdrawnAt" TIMESTAMP(3),
ADD COLUMN     "withdrawnBy" TEXT;

-- CreateIndex
CREATE INDEX "FileObject_differs_idx" ON "FileObject"("differs");
