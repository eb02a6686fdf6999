/** The kinds of the anchor itself: its settings with the metadata policy, schedules, checks of requests, and mirrors. */

import { readSettings } from '#server/database/settings.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { type KindRow, requirePlainUrl, type StoredObject } from '#server/plan/kind/row.ts'
import type { Fields } from '#server/plan/section.ts'
import { type MirrorInput, parseMirror } from '#server/services/mirror/mirrors.ts'
import { parsePatch, pickFields } from '#server/services/patch.ts'
import { type PipelineCheckInput, parseChecks } from '#server/services/request/pipeline/input.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'

const { metadataPolicy, ...ownFields } = settingFields
const policyFields = { metadataPolicy }

/** Their defaults are those of a new anchor. */
const defaultsOfTable = (table: Readonly<Record<string, { default: unknown }>>) =>
  Object.fromEntries(Object.entries(table).map(([name, field]) => [name, field.default]))

/** The settings of the anchor, and the metadata policy of its federation. */
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

/** Schedules of the anchor. The server has them all; a file turns them on or off, and sets their times. */
export const schedules: KindRow = {
  noun: 'schedule',
  keys: ['name'],
  mutations: { CHANGE: ['updateSchedule'] },
  // The default times depend on the schedule and the anchor.
  defaults: { enabled: true },
  async *read(db) {
    const rows = await db.schedule.findMany({ orderBy: { name: 'asc' } })
    yield rows.map(
      ({ name, enabled, cron }): StoredObject => ({ id: 0, key: name, fields: { name, enabled, cron } }),
    )
  },
  parse({ name, enabled, cron }, { checkCron }) {
    if (cron === null) throw new InvalidInputError('Enter a cron expression, or remove cron.', 'cron')
    if (cron !== undefined) checkCron(String(cron))
    return {
      name,
      ...(enabled === undefined ? {} : { enabled: enabled ?? true }),
      ...(cron === undefined ? {} : { cron }),
    }
  },
  change: ({ scheduleChanges }, caller, { key: name }, fields) =>
    scheduleChanges.update(caller, { ...fields, name }),
}

/** The checks of requests, for an Entity Type or a Trust Mark type. */
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

/** Mirrors that are announced to the anchor. */
export const mirrors: KindRow = {
  noun: 'mirror',
  keys: ['url'],
  mutations: { CREATE: ['announceMirror'], REMOVE: ['removeMirror'] },
  defaults: { description: null },
  async *read(db) {
    const rows = await db.mirror.findMany({ orderBy: { url: 'asc' } })
    yield rows.map(
      ({ id, url, description }): StoredObject => ({ id, key: url, fields: { url, description } }),
    )
  },
  parse({ url: given, description }, context) {
    const url = String(given)
    const parsed = parseMirror(
      { url, description: typeof description === 'string' ? description : null },
      context,
    )
    requirePlainUrl(url, parsed.url)
    return description === undefined ? { url } : parsed
  },
  create: ({ services }, caller, fields) => services.mirrors.announce(caller, described(fields)),
  remove: ({ services }, caller, { id }) => services.mirrors.remove(caller, id),
  obstacle: ({ fields: stored }, { description = stored.description }) =>
    description === stored.description
      ? null
      : 'The description of a mirror cannot change. Remove the mirror in the console, and announce it again.',
}

const described = (fields: Fields) => fields as MirrorInput // as it was parsed
