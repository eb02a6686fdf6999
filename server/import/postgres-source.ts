/** Reads the Django tables of inmor in one read-only transaction. */
import type { Client } from 'pg'
import { z } from 'zod'
import { ConfigurationError } from '#federation/config/error.ts'
import { createClient } from '#prisma/connection.ts'
import { type InmorContent, noContent } from '#server/import/content.ts'

/** Text in older versions, JSON in newer ones; empty text means no value. */
const json = z.unknown().transform((value, context) => {
  if (typeof value !== 'string') return value ?? null
  if (value.trim() === '') return null
  try {
    return JSON.parse(value) as unknown
  } catch {
    context.addIssue('is not JSON')
    return null
  }
})

const subordinateRow = z.object({
  added: z.date(),
  entityid: z.string(),
  valid_for: z.number(),
  autorenew: z.boolean(),
  active: z.boolean(),
  forced_metadata: json.optional(),
  jwks: json,
  required_trustmarks: z.string().nullable(),
  statement: z.string().nullable(),
  additional_claims: json.optional(),
})

const typeRow = z.object({
  tmtype: z.string(),
  autorenew: z.boolean(),
  valid_for: z.number(),
  renewal_time: z.number(),
  active: z.boolean(),
})

const markRow = z.object({
  tmtype: z.string(),
  added: z.date(),
  domain: z.string(),
  active: z.boolean(),
  autorenew: z.boolean(),
  valid_for: z.number(),
  renewal_time: z.number(),
  mark: z.string().nullable(),
  expire_at: z.date().nullable(),
  additional_claims: json.optional(),
})

/** @throws ConfigurationError when the database cannot be read or is not inmor's */
export async function readPostgres(url: string): Promise<InmorContent> {
  const client = createClient(url)
  try {
    await client.connect()
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await read(client)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(`--postgres: ${error instanceof Error ? error.message : error}`)
  } finally {
    await client.end()
  }
}

async function read(client: Client): Promise<InmorContent> {
  const [subordinates, types, marks] = [
    await rows(client, 'entities_subordinate', subordinateRow, 'SELECT * FROM entities_subordinate'),
    await rows(client, 'trustmarks_trustmarktype', typeRow, 'SELECT * FROM trustmarks_trustmarktype'),
    await rows(
      client,
      'trustmarks_trustmark',
      markRow,
      'SELECT t.tmtype, m.* FROM trustmarks_trustmark m JOIN trustmarks_trustmarktype t ON t.id = m.tmt_id',
    ),
  ]
  return {
    ...noContent,
    subordinates: subordinates.map((row) => ({
      entityId: row.entityid,
      statement: row.statement,
      configuration: null,
      row: {
        registeredAt: row.added,
        validFor: row.valid_for,
        autorenew: row.autorenew,
        active: row.active,
        forcedMetadata: row.forced_metadata ?? null,
        jwks: row.jwks,
        requiredTrustMarks: (row.required_trustmarks ?? '').split(/[\s,]+/).filter(Boolean),
        additionalClaims: row.additional_claims ?? null,
      },
    })),
    trustMarkTypes: types.map(({ tmtype, autorenew, active, valid_for, renewal_time }) => {
      return { type: tmtype, row: { autorenew, active, validFor: valid_for, renewalTime: renewal_time } }
    }),
    trustMarks: marks.map((row) => ({
      type: row.tmtype,
      entityId: row.domain,
      jwt: row.mark,
      isRevoked: !row.active,
      row: {
        autorenew: row.autorenew,
        validFor: row.valid_for,
        renewalTime: row.renewal_time,
        issuedAt: row.added,
        expiresAt: row.expire_at,
        additionalClaims: row.additional_claims ?? null,
      },
    })),
  }
}

async function rows<T>(client: Client, table: string, shape: z.ZodType<T>, query: string): Promise<T[]> {
  const { rows: exists } = await client.query('SELECT to_regclass($1) IS NOT NULL AS is', [table])
  if (!exists[0]?.is)
    throw new ConfigurationError(
      `--postgres: there is no table ${table}. Check that this is inmor's database.`,
    )
  const { rows: found } = await client.query<Record<string, unknown>>(query)
  return found.map((row) => {
    const parsed = shape.safeParse(row)
    if (parsed.success) return parsed.data
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
    throw new ConfigurationError(
      `--postgres: the row ${row.id} of ${table} cannot be read: ${faults.join('; ')}`,
    )
  })
}
