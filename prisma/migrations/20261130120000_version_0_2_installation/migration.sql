-- AlterTable
ALTER TABLE "AuditEvent" ADD COLUMN     "part" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "runId" INTEGER,
ADD COLUMN     "anchor" TEXT;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "passwordChange" TEXT NOT NULL DEFAULT 'NONE',
ADD COLUMN     "lastSignInAt" TIMESTAMP(3),
ADD COLUMN     "mail" BOOLEAN NOT NULL DEFAULT true;

-- A session has the strength of what was proved. Sessions with a password, whose code is not recorded, sign in again where
-- the account has a factor.
ALTER TABLE "Session" ADD COLUMN     "strength" TEXT NOT NULL DEFAULT 'PASSWORD';
UPDATE "Session" SET "strength" = 'PASSKEY' WHERE "signedInBy" IN ('passkey', 'single_sign_on');

-- A passkey counts for approvals after a time, or once another administrator has confirmed it.
ALTER TABLE "Passkey" ADD COLUMN     "confirmedBy" TEXT,
ADD COLUMN     "confirmedAt" TIMESTAMP(3);
UPDATE "Passkey" SET "createdAt" = now() WHERE "createdAt" IS NULL;

-- CreateTable
CREATE TABLE "Invitation" (
    "id" SERIAL NOT NULL,
    "userId" TEXT NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),
    "invitedBy" TEXT,

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);

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

-- What a person receives e-mail about, in an anchor. Without a row: the default of the role.
CREATE TABLE "NotificationRule" (
    "userId" TEXT NOT NULL,
    "anchorSlug" TEXT NOT NULL,
    "alerts" TEXT NOT NULL,
    "requests" BOOLEAN NOT NULL,
    "approvals" BOOLEAN NOT NULL,

    CONSTRAINT "NotificationRule_pkey" PRIMARY KEY ("userId","anchorSlug")
);

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
    "homeSlug" TEXT NOT NULL,

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

-- CreateTable
CREATE TABLE "OrganizationUser" (
    "userId" TEXT NOT NULL,
    "organizationId" INTEGER NOT NULL,
    "mayInvite" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OrganizationUser_pkey" PRIMARY KEY ("userId","organizationId")
);

-- CreateTable
CREATE TABLE "Mail" (
    "id" SERIAL NOT NULL,
    "event" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "anchor" TEXT,
    "state" TEXT NOT NULL DEFAULT 'WAITING',
    "body" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "giveUpAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),
    "dedupeKey" TEXT,
    "audience" TEXT,

    CONSTRAINT "Mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Webhook" (
    "id" SERIAL NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "events" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "anchors" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "active" BOOLEAN NOT NULL DEFAULT true,
    "secret" TEXT NOT NULL,
    "secretChangedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "previousSecret" TEXT,
    "previousSecretUntil" TIMESTAMP(3),
    "position" INTEGER NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3),
    "failingSince" TIMESTAMP(3),
    "problem" TEXT,
    "gap" TEXT,
    "lastDeliveredAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "leaseHolder" TEXT,
    "leaseUntil" TIMESTAMP(3),

    CONSTRAINT "Webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Delivery" (
    "id" SERIAL NOT NULL,
    "webhookId" INTEGER NOT NULL,
    "auditEventId" INTEGER,
    "recipient" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "anchor" TEXT,
    "state" TEXT NOT NULL DEFAULT 'WAITING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3),
    "lastError" TEXT,
    "statusCode" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deliveredAt" TIMESTAMP(3),

    CONSTRAINT "Delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Protection" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "operations" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "commandLine" BOOLEAN NOT NULL DEFAULT true,
    "validForHours" INTEGER NOT NULL DEFAULT 72,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "breakGlass" TEXT NOT NULL DEFAULT 'AT_ONCE',
    "breakGlassHours" INTEGER NOT NULL DEFAULT 24,
    "passkeyHours" INTEGER NOT NULL DEFAULT 24,

    CONSTRAINT "Protection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Approval" (
    "id" SERIAL NOT NULL,
    "anchor" TEXT,
    "operations" TEXT[],
    "mutation" TEXT NOT NULL,
    "document" TEXT NOT NULL,
    "variables" JSONB NOT NULL,
    "namedAnchor" TEXT,
    "action" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "state" TEXT NOT NULL DEFAULT 'OPEN',
    "requestedBy" TEXT NOT NULL,
    "requestedMethod" TEXT NOT NULL,
    "keyCreatedBy" TEXT,
    "reason" TEXT,
    "requestedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "nonce" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "decidedBy" TEXT,
    "decidedAt" TIMESTAMP(3),
    "message" TEXT,
    "overridden" BOOLEAN NOT NULL DEFAULT false,
    "lastError" TEXT,
    "effect" JSONB,
    "previousEffect" JSONB,
    "movedAt" TIMESTAMP(3),
    "comments" JSONB NOT NULL DEFAULT '[]',
    "overrideBy" TEXT,
    "overrideAt" TIMESTAMP(3),
    "passkeyKnownSince" TIMESTAMP(3),

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("id")
);

-- The last sign-ins, as the audit log has them.
UPDATE "User" AS u SET "lastSignInAt" = s."at"
FROM (
    SELECT "actor", max("at") AS "at" FROM "AuditEvent"
    WHERE "action" = 'signIn' AND "outcome" = 'SUCCEEDED' GROUP BY "actor"
) AS s
WHERE s."actor" = u."username";

-- CreateIndex
CREATE INDEX "AuditEvent_runId_id_idx" ON "AuditEvent"("runId", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_part_id_idx" ON "AuditEvent"("part", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_anchor_id_idx" ON "AuditEvent"("anchor", "id");

-- The few actors are found by their own index.
CREATE INDEX "AuditEvent_resource_trgm" ON "AuditEvent" USING GIN ("resource" gin_trgm_ops);

-- Searches read actor and resource, and only a page needs the long values: those are kept apart. More of the table is
-- vacuumed, so that counts read the index alone.
ALTER TABLE "AuditEvent" SET (toast_tuple_target = 512, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE "AuditEvent" ALTER COLUMN "actor" SET STORAGE MAIN, ALTER COLUMN "resource" SET STORAGE MAIN;

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_userId_key" ON "Invitation"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Invitation_tokenHash_key" ON "Invitation"("tokenHash");

-- CreateIndex
CREATE UNIQUE INDEX "Anchor_entityId_key" ON "Anchor"("entityId");

-- CreateIndex
CREATE INDEX "AnchorRole_anchorSlug_idx" ON "AnchorRole"("anchorSlug");

-- CreateIndex
CREATE INDEX "NotificationRule_anchorSlug_idx" ON "NotificationRule"("anchorSlug");

-- CreateIndex
CREATE INDEX "Organization_name_id_idx" ON "Organization"("name", "id");

-- CreateIndex
CREATE INDEX "Organization_homeSlug_idx" ON "Organization"("homeSlug");

-- CreateIndex
CREATE UNIQUE INDEX "Organization_identifierScheme_identifier_key" ON "Organization"("identifierScheme", "identifier");

-- CreateIndex
CREATE UNIQUE INDEX "OrganizationContact_organizationId_role_email_key" ON "OrganizationContact"("organizationId", "role", "email");

-- CreateIndex
CREATE INDEX "OrganizationAnchor_anchorSlug_idx" ON "OrganizationAnchor"("anchorSlug");

-- CreateIndex
CREATE INDEX "OrganizationUser_organizationId_idx" ON "OrganizationUser"("organizationId");

-- CreateIndex
CREATE UNIQUE INDEX "Mail_dedupeKey_key" ON "Mail"("dedupeKey");

-- CreateIndex
CREATE INDEX "Mail_state_nextAt_id_idx" ON "Mail"("state", "nextAt", "id");

-- CreateIndex
CREATE INDEX "Mail_state_id_idx" ON "Mail"("state", "id");

-- CreateIndex
CREATE INDEX "Mail_recipient_createdAt_idx" ON "Mail"("recipient", "createdAt");

-- CreateIndex
CREATE INDEX "Mail_createdAt_idx" ON "Mail"("createdAt");

-- CreateIndex
CREATE INDEX "Delivery_webhookId_id_idx" ON "Delivery"("webhookId", "id");

-- CreateIndex
CREATE INDEX "Delivery_webhookId_auditEventId_idx" ON "Delivery"("webhookId", "auditEventId");

-- CreateIndex
CREATE INDEX "Delivery_state_id_idx" ON "Delivery"("state", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Approval_hash_key" ON "Approval"("hash");

-- CreateIndex
CREATE INDEX "Approval_state_id_idx" ON "Approval"("state", "id");

-- CreateIndex
CREATE INDEX "Approval_anchor_id_idx" ON "Approval"("anchor", "id");

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnchorRole" ADD CONSTRAINT "AnchorRole_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AnchorRole" ADD CONSTRAINT "AnchorRole_anchorSlug_fkey" FOREIGN KEY ("anchorSlug") REFERENCES "Anchor"("slug") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotificationRule" ADD CONSTRAINT "NotificationRule_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NotificationRule" ADD CONSTRAINT "NotificationRule_anchorSlug_fkey" FOREIGN KEY ("anchorSlug") REFERENCES "Anchor"("slug") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Organization" ADD CONSTRAINT "Organization_homeSlug_fkey" FOREIGN KEY ("homeSlug") REFERENCES "Anchor"("slug") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationContact" ADD CONSTRAINT "OrganizationContact_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationAnchor" ADD CONSTRAINT "OrganizationAnchor_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationAnchor" ADD CONSTRAINT "OrganizationAnchor_anchorSlug_fkey" FOREIGN KEY ("anchorSlug") REFERENCES "Anchor"("slug") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationUser" ADD CONSTRAINT "OrganizationUser_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OrganizationUser" ADD CONSTRAINT "OrganizationUser_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Delivery" ADD CONSTRAINT "Delivery_webhookId_fkey" FOREIGN KEY ("webhookId") REFERENCES "Webhook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The anchor that is configured.
INSERT INTO "Anchor" ("slug") VALUES ('main');

-- What entries of the audit log say: null for the first anchor, as for the installation (prisma/anchor-schema.ts).
CREATE OR REPLACE VIEW "CurrentAnchor" AS SELECT NULL::text AS "slug";
CREATE SCHEMA IF NOT EXISTS "anchor_main";
CREATE OR REPLACE VIEW "anchor_main"."AuditEvent" AS SELECT * FROM "AuditEvent" WHERE "anchor" IS NULL
WITH CHECK OPTION;

-- The organizations that the first anchor admits, and their contacts (prisma/anchor-schema.ts).
CREATE OR REPLACE VIEW "anchor_main"."Organization" AS SELECT * FROM "Organization"
WHERE "id" IN (SELECT "organizationId" FROM "OrganizationAnchor" WHERE "anchorSlug" = 'main');
CREATE OR REPLACE VIEW "anchor_main"."OrganizationContact" AS SELECT * FROM "OrganizationContact"
WHERE "organizationId" IN (SELECT "organizationId" FROM "OrganizationAnchor" WHERE "anchorSlug" = 'main');
