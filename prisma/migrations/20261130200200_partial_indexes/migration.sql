-- Few members have a problem, an organization or subordinates. An index of only those rows is small, and the change of any
-- other row does not write it.
DROP INDEX "Subordinate_failingCode_entityId_idx";
DROP INDEX "Subordinate_failingSince_id_idx";
DROP INDEX "Subordinate_intermediate_entityId_idx";
DROP INDEX "Subordinate_organizationId_entityId_idx";
DROP INDEX "Subordinate_unresolvableCode_entityId_idx";
DROP INDEX "Subordinate_unresolvableSince_id_idx";
CREATE INDEX "Subordinate_failingCode" ON "Subordinate" ("failingCode", "entityId") WHERE "failingCode" IS NOT NULL;
CREATE INDEX "Subordinate_failingSince" ON "Subordinate" ("failingSince", "id") WHERE "failingSince" IS NOT NULL;
CREATE INDEX "Subordinate_intermediates" ON "Subordinate" ("entityId") WHERE "intermediate";
CREATE INDEX "Subordinate_organization" ON "Subordinate" ("organizationId", "entityId") WHERE "organizationId" IS NOT NULL;
CREATE INDEX "Subordinate_unresolvableCode" ON "Subordinate" ("unresolvableCode", "entityId") WHERE "unresolvableCode" IS NOT NULL;
CREATE INDEX "Subordinate_unresolvableSince" ON "Subordinate" ("unresolvableSince", "id") WHERE "unresolvableSince" IS NOT NULL;
