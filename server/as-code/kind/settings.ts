/** The settings of the anchor, and the metadata policy of its federation. */
import type { KindRow } from '#server/as-code/kind/row.ts'
import { readSettings } from '#server/database/settings.ts'
import { parsePatch, pickFields } from '#server/services/patch.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'

const { metadataPolicy, ...ownFields } = settingFields
const policyFields = { metadataPolicy }

/** Their defaults are those of a new anchor. */
const defaultsOfTable = (table: Readonly<Record<string, { default: unknown }>>) =>
  Object.fromEntries(Object.entries(table).map(([name, field]) => [name, field.default]))

export const settings: KindRow = {
  noun: 'settings',
  keys: [],
  mutations: { CHANGE: ['updateTrustAnchor'] },
  defaults: defaultsOfTable(ownFields),
  async *read(db) {
    const row = await readSettings(db)
    const fields = { ...pickFields(ownFields, row), trustMarks: jwtsOf(row.trustMarks) }
    yield [{ id: row.id, key: '', fields, version: row.version }]
  },
  parse(fields, context) {
    const parsed = parsePatch(ownFields, fields as never, context) // as the input of the mutation
    return 'trustMarks' in fields ? { ...parsed, trustMarks: jwtsOf(parsed.trustMarks ?? []) } : parsed
  },
  change: ({ services }, caller, { version }, fields) =>
    services.trustAnchor.update(caller, { ...fields, version }),
}

export const policy: KindRow = {
  noun: 'metadata policy',
  keys: [],
  bare: 'metadataPolicy',
  mutations: { CHANGE: ['updateFederationPolicy'] },
  defaults: defaultsOfTable(policyFields),
  async *read(db) {
    const row = await readSettings(db)
    yield [{ id: row.id, key: '', fields: pickFields(policyFields, row) }]
  },
  parse: (fields, context) => parsePatch(policyFields, fields as never, context), // as above
  // The settings of the same plan have changed the version.
  change: ({ services }, caller, _stored, fields) => services.trustAnchor.updatePolicy(caller, fields),
}

/** The API takes the JWTs alone. */
export const jwtsOf = (marks: readonly { trust_mark: string }[]) => marks.map(({ trust_mark }) => trust_mark)
