/** Imports the federation's settings from the old Entity Configuration and Subordinate Statements. */
import { isEndpointParameter } from '#core/endpoint.ts'
import { isJsonEqual, isJsonObject } from '#core/json.ts'
import {
  findUnknownOperators,
  mergeMetadataPolicies,
  parseMetadataPolicy,
} from '#core/metadata-policy/index.ts'
import { readSettings } from '#server/database/settings.ts'
import { claimsOf, type InmorContent } from '#server/import/content.ts'
import { compared, type ImportContext, imported, type Outcome, unchanged } from '#server/import/step.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { columnsOf, type Input, parsePatch } from '#server/services/patch.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'

type SettingName = keyof Pick<
  typeof settingFields,
  | 'organizationName'
  | 'organization'
  | 'authorityHints'
  | 'trustMarks'
  | 'trustMarkIssuers'
  | 'trustMarkOwners'
  | 'metadataPolicy'
>

/** Only settings with a value. */
export function settingsOf(
  { configuration, subordinates, trustMarkTypes }: InmorContent,
  anchor: string,
): [SettingName, unknown][] {
  const claims = claimsOf(configuration) ?? {}
  const { organization_name: organizationName, ...entity } = federationEntity(claims.metadata)
  const ownTypes = new Set(trustMarkTypes.map(({ type }) => type))
  const found: [SettingName, unknown][] = [
    ['organizationName', organizationName],
    [
      'organization',
      Object.fromEntries(Object.entries(entity).filter(([name]) => !isEndpointParameter(name))),
    ],
    ['authorityHints', claims.authority_hints],
    ['trustMarks', marksOf(claims.trust_marks)],
    ['trustMarkIssuers', foreignIssuers(claims.trust_mark_issuers, anchor, ownTypes)],
    ['trustMarkOwners', claims.trust_mark_owners],
    ['metadataPolicy', latestPolicy(subordinates.map(({ statement }) => claimsOf(statement)))],
  ]
  return found.filter(([, value]) => !isEmpty(value))
}

/** @throws OperationError or FederationError for an invalid value */
export async function importSetting(
  context: ImportContext,
  [name, value]: [SettingName, unknown],
): Promise<Outcome> {
  const { db, write, caller, isDryRun, entityId } = context
  const { kept, notes } = name === 'metadataPolicy' ? withoutUnknown(value) : { kept: value, notes: [] }
  const patch = parsePatch(settingFields, { [name]: kept } as Input<typeof settingFields>, context) // of one setting
  const present = await readSettings(db)
  if (isJsonEqual(present[name], patch[name])) return unchanged
  if (!isEmpty(present[name])) return compared(['value'])
  if (isDryRun) return imported(notes)
  await write(caller, async (tx) => {
    const before = await readSettings(tx)
    const touchesStatements = name === 'metadataPolicy'
    await tx.settings.update({
      where: { id: 1 },
      data: {
        ...columnsOf(settingFields, patch),
        version: { increment: 1 },
        ...(touchesStatements ? { statementVersion: { increment: 1 } } : {}),
      },
    })
    return {
      action: 'importSetting',
      resource: entityId,
      before,
      after: await readSettings(tx),
      publish: [toPublish('entity-configuration'), ...(touchesStatements ? [toPublish('subordinates')] : [])],
      result: undefined,
    }
  })
  return imported(notes)
}

/** The policy as readers apply it. @throws FederationError */
function withoutUnknown(value: unknown): { kept: unknown; notes: string[] } {
  const policy = parseMetadataPolicy(value)
  const unknown = findUnknownOperators(policy)
  return {
    kept: mergeMetadataPolicies([policy]),
    notes: unknown.length > 0 ? [`Omitted operators that are not known: ${unknown.join(', ')}.`] : [],
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** The metadata of the anchor itself; empty without one. */
export function federationEntity(metadata: unknown): Record<string, unknown> {
  const entity = isJsonObject(metadata) ? metadata.federation_entity : null
  return isJsonObject(entity) ? entity : {}
}

/** Older versions name the JWT `mark`. */
function marksOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) return []
  return value.filter(isJsonObject).map((entry) => entry.trust_mark ?? entry.mark)
}

/** Omits this anchor as issuer of its types: the builder of the Entity Configuration adds it. */
export function foreignIssuers(value: unknown, anchor: string, ownTypes: ReadonlySet<string>): unknown {
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).flatMap(([type, issuers]) => {
    if (!ownTypes.has(type) || !Array.isArray(issuers) || issuers.length === 0) return [[type, issuers]]
    const others = issuers.filter((issuer) => issuer !== anchor)
    return others.length > 0 ? [[type, others]] : []
  })
  return Object.fromEntries(entries)
}

/** Each statement carries the federation's policy at the time of its signature. */
function latestPolicy(statements: readonly (Record<string, unknown> | null)[]): unknown {
  const dated = statements.filter((claims) => typeof claims?.iat === 'number')
  return dated.sort((a, b) => Number(b?.iat) - Number(a?.iat))[0]?.metadata_policy
}
