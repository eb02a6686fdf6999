-- CreateTable
CREATE TABLE "Organization" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "identifier" TEXT,
    "identifierScheme" TEXT,
    "country" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "note" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "tagKeys" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrganizationContact" (
    "id" SERIAL NOT NULL,
    "organizationId" INTEGER NOT NULL,
    "role" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT NOT NULL,

    CONSTRAINT "OrganizationContact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OrganizationAnchor" (
    "organizationId" INTEGER NOT NULL,
    "anchorSlug" TEXT NOT NULL,

    CONSTRAINT "OrganizationAnchor_pkey" PRIMARY KEY ("organizationId","anchorSlug")
);

-- CreateIndex
CREATE INDEX "Organization_name_id_idx" ON "Organization"("name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Organization_identifierScheme_identifier_key" ON "Organization"("identifierScheme", "identifier");

-- CreateIndex
CREATE UNIQUE INDEX "OrganizationContact_organizationId_role_email_key" ON "OrganizationContact"("organizationId", "role", "email");

-- CreateIndex
CREATE INDEX "OrganizationAnchor_anchorSlug_idx" ON "OrganizationAnchor"("anchorSlug");

-- AddForeignKey
ALTER TABLE "OrganizationContact" ADD CONSTRAINT "OrganizationContact_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationAnchor" ADD CONSTRAINT "OrganizationAnchor_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationAnchor" ADD CONSTRAINT "OrganizationAnchor_anchorSlug_fkey" FOREIGN KEY ("anchorSlug") REFERENCES "Anchor"("slug") ON DELETE CASCADE ON UPDATE CASCADE;

-- The organizations that the first anchor admits, and their contacts (prisma/anchor-schema.ts).
CREATE OR REPLACE VIEW "anchor_main"."Organization" AS SELECT * FROM "Organization"
WHERE "id" IN (SELECT "organizationId" FROM "OrganizationAnchor" WHERE "anchorSlug" = 'main');
CREATE OR REPLACE VIEW "anchor_main"."OrganizationContact" AS SELECT * FROM "OrganizationContact"
WHERE "organizationId" IN (SELECT "organizationId" FROM "OrganizationAnchor" WHERE "anchorSlug" = 'main');
