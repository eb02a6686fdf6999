-- Trigram indexes serve the text search over many thousand entities.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Settings" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "organizationName" TEXT,
    "organization" JSONB NOT NULL DEFAULT '{}',
    "authorityHints" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "trustAnchorHints" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "trustMarks" JSONB NOT NULL DEFAULT '[]',
    "trustMarkIssuers" JSONB NOT NULL DEFAULT '{}',
    "trustMarkOwners" JSONB NOT NULL DEFAULT '{}',
    "metadataPolicy" JSONB NOT NULL DEFAULT '{}',
    "constraints" JSONB NOT NULL DEFAULT '{}',
    "trustAnchors" JSONB NOT NULL DEFAULT '{}',
    "endpoints" TEXT[] DEFAULT ARRAY['resolve', 'trust_mark_status', 'trust_mark_list', 'trust_mark', 'historical_keys', 'collection']::TEXT[],
    "endpointAuthMethods" JSONB NOT NULL DEFAULT '{}',
    "entityConfigurationHours" INTEGER NOT NULL DEFAULT 24,
    "statementHours" INTEGER NOT NULL DEFAULT 168,
    "maximumStatementHours" INTEGER NOT NULL DEFAULT 8760,
    "maximumTrustMarkHours" INTEGER NOT NULL DEFAULT 43800,
    "statementVersion" INTEGER NOT NULL DEFAULT 1,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Subordinate" (
    "id" SERIAL NOT NULL,
    "entityId" TEXT NOT NULL,
    "displayName" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "entityTypes" TEXT[],
    "intermediate" BOOLEAN NOT NULL DEFAULT false,
    "metadata" JSONB NOT NULL,
    "forcedMetadata" JSONB,
    "metadataPolicy" JSONB,
    "constraints" JSONB,
    "jwks" JSONB NOT NULL,
    "requiredTrustMarks" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "additionalClaims" JSONB,
    "validFor" INTEGER,
    "autorenew" BOOLEAN NOT NULL DEFAULT true,
    "entityConfiguration" TEXT NOT NULL,
    "entityConfigurationExpiresAt" TIMESTAMP(3) NOT NULL,
    "statement" TEXT,
    "statementBasis" TEXT,
    "statementIssuedAt" TIMESTAMP(3),
    "statementExpiresAt" TIMESTAMP(3),
    "lastCheckedAt" TIMESTAMP(3) NOT NULL,
    "lastError" TEXT,
    "registeredAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "Subordinate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TrustMarkType" (
    "id" SERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "description" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "autorenew" BOOLEAN NOT NULL DEFAULT true,
    "validFor" INTEGER NOT NULL DEFAULT 8760,
    "renewalTime" INTEGER NOT NULL DEFAULT 48,
    "logoUri" TEXT,
    "ref" TEXT,
    "owner" JSONB,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "TrustMarkType_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TrustMark" (
    "id" SERIAL NOT NULL,
    "trustMarkTypeId" INTEGER NOT NULL,
    "entityId" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "autorenew" BOOLEAN NOT NULL,
    "validFor" INTEGER NOT NULL,
    "renewalTime" INTEGER NOT NULL,
    "additionalClaims" JSONB,
    "delegation" TEXT,
    "jwt" TEXT NOT NULL,
    "issuedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "revokedAt" TIMESTAMP(3),
    "revocationReason" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "TrustMark_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IssuedTrustMark" (
    "hash" TEXT NOT NULL,
    "trustMarkId" INTEGER NOT NULL,
    "issuedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "revokedAt" TIMESTAMP(3),

    CONSTRAINT "IssuedTrustMark_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "OutboxEntry" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "key" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "OutboxEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PublisherLease" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "holder" TEXT NOT NULL DEFAULT '',
    "expiresAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastPublishedAt" TIMESTAMP(3),
    "lastError" TEXT,

    CONSTRAINT "PublisherLease_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RenewalRun" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'RUNNING',
    "startedBy" TEXT NOT NULL,
    "total" INTEGER,
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "cancelRequested" BOOLEAN NOT NULL DEFAULT false,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeatAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "RenewalRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RenewalRunItem" (
    "id" SERIAL NOT NULL,
    "runId" INTEGER NOT NULL,
    "resource" TEXT NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "message" TEXT,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RenewalRunItem_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "address" TEXT,
    "action" TEXT NOT NULL,
    "resourceType" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "eventTypes" TEXT[],
    "before" JSONB,
    "after" JSONB,
    "requestId" TEXT,
    "previousHash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "username" TEXT,
    "displayUsername" TEXT,
    "role" TEXT,
    "banned" BOOLEAN DEFAULT false,
    "banReason" TEXT,
    "banExpires" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "userId" TEXT NOT NULL,
    "impersonatedBy" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Account" (
    "id" TEXT NOT NULL,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "userId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" TIMESTAMP(3),
    "refreshTokenExpiresAt" TIMESTAMP(3),
    "scope" TEXT,
    "password" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Apikey" (
    "id" TEXT NOT NULL,
    "configId" TEXT NOT NULL DEFAULT 'default',
    "name" TEXT,
    "start" TEXT,
    "prefix" TEXT,
    "key" TEXT NOT NULL,
    "referenceId" TEXT NOT NULL,
    "refillInterval" INTEGER,
    "refillAmount" INTEGER,
    "lastRefillAt" TIMESTAMP(3),
    "enabled" BOOLEAN DEFAULT true,
    "rateLimitEnabled" BOOLEAN DEFAULT true,
    "rateLimitTimeWindow" INTEGER,
    "rateLimitMax" INTEGER,
    "requestCount" INTEGER DEFAULT 0,
    "remaining" INTEGER,
    "lastRequest" TIMESTAMP(3),
    "expiresAt" TIMESTAMP(3),
    "permissions" TEXT,
    "metadata" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "updatedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Apikey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RateLimit" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastRequest" BIGINT NOT NULL,

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Subordinate_entityId_key" ON "Subordinate"("entityId");

-- CreateIndex
CREATE INDEX "Subordinate_entityId_trgm" ON "Subordinate" USING GIN ("entityId" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Subordinate_displayName_trgm" ON "Subordinate" USING GIN ("displayName" gin_trgm_ops);

-- CreateIndex
CREATE INDEX "Subordinate_entityTypes_idx" ON "Subordinate" USING GIN ("entityTypes");

-- CreateIndex
CREATE INDEX "Subordinate_active_entityId_idx" ON "Subordinate"("active", "entityId");

-- CreateIndex
CREATE INDEX "Subordinate_registeredAt_id_idx" ON "Subordinate"("registeredAt", "id");

-- CreateIndex
CREATE INDEX "Subordinate_updatedAt_id_idx" ON "Subordinate"("updatedAt", "id");

-- CreateIndex
CREATE INDEX "Subordinate_statementExpiresAt_id_idx" ON "Subordinate"("statementExpiresAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "TrustMarkType_type_key" ON "TrustMarkType"("type");

-- CreateIndex
CREATE INDEX "TrustMark_entityId_idx" ON "TrustMark"("entityId");

-- CreateIndex
CREATE INDEX "TrustMark_expiresAt_id_idx" ON "TrustMark"("expiresAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "TrustMark_trustMarkTypeId_entityId_key" ON "TrustMark"("trustMarkTypeId", "entityId");

-- CreateIndex
CREATE INDEX "IssuedTrustMark_trustMarkId_idx" ON "IssuedTrustMark"("trustMarkId");

-- CreateIndex
CREATE INDEX "RenewalRun_kind_state_idx" ON "RenewalRun"("kind", "state");

-- CreateIndex
CREATE INDEX "RenewalRunItem_runId_id_idx" ON "RenewalRunItem"("runId", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_resourceType_resource_id_idx" ON "AuditEvent"("resourceType", "resource", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_actor_id_idx" ON "AuditEvent"("actor", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_action_id_idx" ON "AuditEvent"("action", "id");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "User_username_key" ON "User"("username");

-- CreateIndex
CREATE UNIQUE INDEX "Session_token_key" ON "Session"("token");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE INDEX "Account_userId_idx" ON "Account"("userId");

-- CreateIndex
CREATE INDEX "Verification_identifier_idx" ON "Verification"("identifier");

-- CreateIndex
CREATE INDEX "Apikey_key_idx" ON "Apikey"("key");

-- CreateIndex
CREATE INDEX "Apikey_referenceId_idx" ON "Apikey"("referenceId");

-- CreateIndex
CREATE INDEX "Apikey_configId_idx" ON "Apikey"("configId");

-- CreateIndex
CREATE UNIQUE INDEX "RateLimit_key_key" ON "RateLimit"("key");

-- AddForeignKey
ALTER TABLE "TrustMark" ADD CONSTRAINT "TrustMark_trustMarkTypeId_fkey" FOREIGN KEY ("trustMarkTypeId") REFERENCES "TrustMarkType"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IssuedTrustMark" ADD CONSTRAINT "IssuedTrustMark_trustMarkId_fkey" FOREIGN KEY ("trustMarkId") REFERENCES "TrustMark"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RenewalRunItem" ADD CONSTRAINT "RenewalRunItem_runId_fkey" FOREIGN KEY ("runId") REFERENCES "RenewalRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Account" ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The rows of which there is always exactly one.
INSERT INTO "Settings" ("id") VALUES (1);
INSERT INTO "PublisherLease" ("id", "expiresAt") VALUES (1, 'epoch');

-- The audit log only grows: what would alter or remove an entry does nothing.
CREATE RULE "AuditEvent_no_update" AS ON UPDATE TO "AuditEvent" DO INSTEAD NOTHING;
CREATE RULE "AuditEvent_no_delete" AS ON DELETE TO "AuditEvent" DO INSTEAD NOTHING;
