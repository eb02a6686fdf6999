/**
 * The tables of an anchor are in a schema of PostgreSQL: `public` for the first one, and one of its own for each other.
 * The tables of the installation, such as users and the audit log, are in `public` only.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Prisma } from './generated/client/client.ts'

type Run = (sql: string) => Promise<unknown>

/** The models of the installation. Every other model is one of an anchor. */
export const installationModels: readonly string[] = [
  'Anchor',
  'AnchorRole',
  'NotificationRule',
  'AuditEvent',
  'AuditHead',
  'Organization',
  'OrganizationContact',
  'OrganizationAnchor',
  'OrganizationUser',
  'Protection',
  'Approval',
  'Webhook',
  'Delivery',
  'Mail',
  'User',
  'Invitation',
  'Session',
  'Account',
  'TwoFactor',
  'Passkey',
  'Verification',
  'Apikey',
  'RateLimit',
] satisfies Prisma.ModelName[]

/** Migrations of the installation's tables end with this; all others since then are of an anchor's tables. */
const INSTALLATION = '_installation'
/** Since this migration, an installation may have several anchors. */
export const FIRST_INSTALLATION = '20261130120000_version_0_2_installation'

/**
 * The anchor's part of tables of the installation: its entries of the audit log (the first anchor has those of the
 * installation too), the organizations that it admits, and their contacts.
 */
const views = ['AuditEvent', 'Organization', 'OrganizationContact']
/** What its entries say about the anchor. */
const CURRENT = 'CurrentAnchor'

/** The tables and views that an anchor has in its own schema. */
export const scopedNames = {
  first: views,
  other: [
    ...Object.values(Prisma.ModelName).filter((name) => !installationModels.includes(name)),
    ...views,
    CURRENT,
  ],
}

/** A slug has no underscores, so the names of two anchors differ. */
export const schemaOf = (slug: string) => `anchor_${slug.replaceAll('-', '_')}`

/** The migrations that an anchor's own schema needs. */
export function migrationsOfAnchors(names: readonly string[]): string[] {
  return names.filter((name) => !name.endsWith(INSTALLATION))
}

/** Creates the tables of an anchor, inside a transaction. Returns the last migration. */
export async function createAnchorTables(
  run: Run,
  slug: string,
  names: readonly string[],
): Promise<string | null> {
  await run(`CREATE SCHEMA "${schemaOf(slug)}"`)
  const migrations = migrationsOfAnchors(names)
  await applyToAnchor(run, slug, migrations)
  return migrations.at(-1) ?? null
}

/** Applies further migrations to the tables of an anchor, inside a transaction. */
export async function applyToAnchor(run: Run, slug: string, migrations: readonly string[]): Promise<void> {
  const schema = schemaOf(slug)
  await run(`SET LOCAL search_path TO "${schema}", "public"`) // types and operators are in the second one
  for (const name of migrations) await run(await readMigration(name))
  await run('SET LOCAL search_path TO DEFAULT')
  // Migrations before the first one of the installation create its tables too.
  if (migrations.some((name) => name < FIRST_INSTALLATION)) {
    const tables = installationModels.map((name) => `"${schema}"."${name}"`)
    await run(`DROP TABLE IF EXISTS ${tables.join(', ')} CASCADE`)
  }
  await run(`CREATE OR REPLACE VIEW "${schema}"."${CURRENT}" AS SELECT '${slug}'::text AS "slug"`)
  await createViews(run, slug)
}

/** Views keep the columns that their tables had, so they are made again after each migration. */
export async function createViews(run: Run, slug: string, isFirst = false): Promise<void> {
  const schema = schemaOf(slug)
  const own = isFirst ? '"anchor" IS NULL' : `"anchor" = '${slug}'`
  await run(`CREATE OR REPLACE VIEW "${schema}"."AuditEvent" AS
    SELECT * FROM "public"."AuditEvent" WHERE ${own} WITH CHECK OPTION`)
  const admitted = `SELECT "organizationId" FROM "public"."OrganizationAnchor" WHERE "anchorSlug" = '${slug}'`
  await run(`CREATE OR REPLACE VIEW "${schema}"."Organization" AS
    SELECT * FROM "public"."Organization" WHERE "id" IN (${admitted})`)
  await run(`CREATE OR REPLACE VIEW "${schema}"."OrganizationContact" AS
    SELECT * FROM "public"."OrganizationContact" WHERE "organizationId" IN (${admitted})`)
}

/** The tables of what an anchor published. */
const historyTables = [
  'PublishedObject',
  'PastObject',
  'ObjectContent',
  'ContentBundle',
] satisfies Prisma.ModelName[]

/**
 * Ends what an anchor published, and keeps that history in a schema with this name: the slug and milliseconds of unix time, so that an
 * anchor of the same slug can follow. Everything else of it is dropped.
 */
export function retireAnchorTables(run: Run, slug: string, now: Date): Promise<unknown> {
  const [schema, kept] = [schemaOf(slug), `removed_${slug.replaceAll('-', '_')}_${now.getTime()}`]
  const names = historyTables.map((name) => `'${name}'`).join(', ')
  return run(`DO $$
    DECLARE part record;
    BEGIN
      IF to_regclass('"${schema}"."PastObject"') IS NOT NULL THEN
        INSERT INTO "${schema}"."PastObject" ("kind", "subject", "second", "hash", "from", "until")
          SELECT "kind", "subject", "second", "hash", "from", '${now.toISOString()}' FROM "${schema}"."PublishedObject";
        DELETE FROM "${schema}"."PublishedObject";
        IF EXISTS (SELECT FROM "${schema}"."PastObject") THEN
          ALTER SCHEMA "${schema}" RENAME TO "${kept}";
          FOR part IN SELECT relname, relkind FROM pg_class WHERE relnamespace = '"${kept}"'::regnamespace
            AND relkind IN ('r', 'v') AND relname NOT IN (${names}) LOOP
            EXECUTE format('DROP %s IF EXISTS "${kept}".%I CASCADE',
              CASE part.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, part.relname);
          END LOOP;
        END IF;
      END IF;
      DROP SCHEMA IF EXISTS "${schema}" CASCADE;
    END $$`)
}

export const dropAnchorTables = (run: Run, slug: string) =>
  run(`DROP SCHEMA IF EXISTS "${schemaOf(slug)}" CASCADE`)

function readMigration(name: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`migrations/${name}/migration.sql`, import.meta.url)), 'utf8')
}
