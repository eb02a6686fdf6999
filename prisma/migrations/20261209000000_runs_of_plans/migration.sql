-- Runs that have ended are of the kinds that this version has. A worker converts each of the others when it takes it up.
UPDATE "Run" SET "kind" = 'SUBORDINATES'
WHERE "kind" = 'SUBORDINATE_CHANGE' AND "endedAt" IS NOT NULL AND "parameters"->>'action' = 'RENEW';

UPDATE "Run" SET "kind" = 'CONFIGURATION', "parameters" = "parameters" || jsonb_build_object('source',
  CASE "kind" WHEN 'IMPORT' THEN 'list' WHEN 'PROMOTION' THEN 'promotion' ELSE 'selection' END)
WHERE "kind" IN ('IMPORT', 'PROMOTION', 'SUBORDINATE_CHANGE') AND "endedAt" IS NOT NULL;

-- The plans of 0.2 were of files.
UPDATE "Run" SET "parameters" = "parameters" || '{"source": "files"}'
WHERE "kind" = 'CONFIGURATION' AND NOT "parameters" ? 'source';
