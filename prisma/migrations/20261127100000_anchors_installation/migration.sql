-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "anchor" TEXT;

-- CreateTable
CREATE TABLE "Anchor" (
    "slug" TEXT NOT NULL,
    "entityId" TEXT,
    "pausedAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "migration" TEXT,

    CONSTRAINT "Anchor_pkey" PRIMARY KEY ("slug")
);

-- CreateTable
CREATE TABLE "AnchorRole" (
    "userId" TEXT NOT NULL,
    "anchorSlug" TEXT NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "AnchorRole_pkey" PRIMARY KEY ("userId","anchorSlug")
);

-- CreateIndex
CREATE UNIQUE INDEX "Anchor_entityId_key" ON "Anchor"("entityId");

-- CreateIndex
CREATE INDEX "AnchorRole_anchorSlug_idx" ON "AnchorRole"("anchorSlug");

-- CreateIndex
CREATE INDEX "AuditEvent_anchor_id_idx" ON "AuditEvent"("anchor", "id");

-- AddForeignKey
ALTER TABLE "AnchorRole" ADD CONSTRAINT "AnchorRole_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnchorRole" ADD CONSTRAINT "AnchorRole_anchorSlug_fkey" FOREIGN KEY ("anchorSlug") REFERENCES "Anchor"("slug") ON DELETE CASCADE ON UPDATE CASCADE;

-- The anchor that is configured.
INSERT INTO "Anchor" ("slug") VALUES ('main');

-- What entries of the audit log say: null for the first anchor, as for the installation (prisma/anchor-schema.ts).
CREATE OR REPLACE VIEW "CurrentAnchor" AS SELECT NULL::text AS "slug";
CREATE SCHEMA IF NOT EXISTS "anchor_main";
CREATE OR REPLACE VIEW "anchor_main"."AuditEvent" AS SELECT * FROM "AuditEvent" WHERE "anchor" IS NULL
WITH CHECK OPTION;
