-- AlterTable
ALTER TABLE "Organization" ADD COLUMN "homeSlug" TEXT;

-- The anchor that admits it. Of several, the first one of the installation, or the oldest.
UPDATE "Organization" SET "homeSlug" = COALESCE((
    SELECT "slug" FROM "OrganizationAnchor" JOIN "Anchor" ON "slug" = "anchorSlug"
    WHERE "organizationId" = "Organization"."id"
    ORDER BY "slug" <> 'main', "createdAt", "slug" LIMIT 1
), 'main');

ALTER TABLE "Organization" ALTER COLUMN "homeSlug" SET NOT NULL;

-- CreateIndex
CREATE INDEX "Organization_homeSlug_idx" ON "Organization"("homeSlug");

-- AddForeignKey
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_homeSlug_fkey" FOREIGN KEY ("homeSlug") REFERENCES "Anchor"("slug") ON DELETE RESTRICT ON UPDATE CASCADE;
