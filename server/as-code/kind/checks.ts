/** The checks of requests, for an Entity Type or a Trust Mark type. */
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { type PipelineCheckInput, parseChecks } from '#server/services/request/pipeline/input.ts'

export const checks: KindRow = {
  noun: 'pipeline of checks',
  keys: ['entityType', 'trustMarkType'],
  // An Entity Type has no colon, and the URL of a Trust Mark type has.
  fromKey: (key) => (key.includes(':') ? { trustMarkType: key } : { entityType: key }),
  mutations: { CREATE: ['updateCheckPipeline'], CHANGE: ['updateCheckPipeline'] },
  defaults: { checks: [], approves: false },
  async *read(db) {
    const rows = await db.checkPipeline.findMany({ include: { trustMarkType: { select: { type: true } } } })
    const objects = rows.map((row): StoredObject => {
      const named = row.trustMarkType
        ? { trustMarkType: row.trustMarkType.type }
        : { entityType: row.entityType }
      const fields = { ...named, checks: row.checks, approves: row.approves }
      return { id: row.id, key: Object.values(named).join(''), version: row.version, fields }
    })
    yield objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  },
  parse({ entityType, trustMarkType, checks: given, approves }, { allowHttp }) {
    if ((entityType == null) === (trustMarkType == null))
      throw new InvalidInputError('Name either entityType or trustMarkType.', 'entityType')
    const list = given as readonly PipelineCheckInput[] | null | undefined // as the input of the mutation
    return {
      ...(entityType == null ? { trustMarkType } : { entityType }),
      ...(list === undefined ? {} : { checks: parseChecks(list ?? [], { allowHttp }) }),
      ...(approves === undefined ? {} : { approves: approves ?? false }),
    }
  },
  references: ({ trustMarkType }) =>
    trustMarkType == null
      ? []
      : [{ section: 'trustMarkTypes', key: String(trustMarkType), field: 'trustMarkType' }],
  create: ({ services }, caller, fields) => services.pipelines.update(caller, { ...fields, version: 0 }),
  change: ({ services }, caller, { version, fields: { entityType, trustMarkType } }, fields) =>
    services.pipelines.update(caller, { entityType, trustMarkType, ...fields, version } as never), // as stored
}
