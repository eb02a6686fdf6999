/** The kinds of the installation: its anchors, what a second person must approve, and webhooks. */
import { parseEntityId } from '#core/entity-id.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'
import {
  type ApplyContext,
  type InstallationChanges,
  type KindRow,
  requirePlainUrl,
  type StoredObject,
} from '#server/plan/kind/row.ts'
import type { Fields } from '#server/plan/section.ts'
import { defaultsOf, parsePatch, pickFields } from '#server/services/patch.ts'
import { withImplied } from '#server/services/protection/operation.ts'
import { checkProtection, type ProtectionChange } from '#server/services/protection/protection.ts'
import { defaultProtection, readProtection } from '#server/services/protection/settings.ts'
import { requireSlug } from '#server/services/trust-anchor/slug.ts'
import { type WebhookInput, webhookFields } from '#server/webhook/fields.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

/** What changes the installation, for the sections of its file. */
function installationOf({ installationChanges }: ApplyContext): InstallationChanges {
  if (installationChanges) return installationChanges
  throw new TypeError('Only runs of the first anchor change the installation.')
}

/** The anchors of the installation. What an anchor is about is in a file of its own. */
export const anchors: KindRow = {
  noun: 'anchor',
  keys: ['slug'],
  mutations: { CREATE: ['createTrustAnchor'], CHANGE: ['pauseTrustAnchor', 'resumeTrustAnchor'] },
  // The first three are in the file of the anchor; the others cannot be read back.
  without: ['displayName', 'environment', 'color', 'superior', 'alg'],
  switches: { paused: 'Whether its endpoints answer 503.' },
  defaults: { paused: null },
  async *read(db) {
    const rows = await db.anchor.findMany({ orderBy: { slug: 'asc' } })
    yield rows.map(({ slug, entityId, pausedAt }): StoredObject => {
      const named = entityId === null ? {} : { entityId } // the first one's is configured
      // Null, as before the anchor existed: one that was created and not paused yet is as the plan expects it.
      const paused = pausedAt === null ? null : true
      return { id: 0, key: slug, fields: { slug, ...named, paused } }
    })
  },
  parse({ slug, entityId, paused }, { allowHttp }) {
    requireFitting(String(slug), entityId ?? null, allowHttp)
    return {
      slug,
      ...(entityId == null ? {} : { entityId }),
      ...(paused === undefined ? {} : { paused: paused === true ? true : null }),
    }
  },
  async create(context, caller, { slug, entityId, paused }) {
    const { anchors } = installationOf(context)
    await anchors.create(caller, { slug: String(slug), entityId: String(entityId) })
    if (paused === true) await anchors.pause(caller, String(slug))
  },
  change(context, caller, { key }, { paused }) {
    const { anchors } = installationOf(context)
    return paused === true ? anchors.pause(caller, key) : anchors.resume(caller, key)
  },
  obstacle: ({ fields: { entityId: stored } }, { entityId = stored }) =>
    entityId === stored
      ? null
      : `Its Entity Identifier never changes: it is ${String(stored)}. Create another anchor.`,
}

/** @throws InvalidInputError */
function requireFitting(slug: string, entityId: unknown, allowHttp: boolean): void {
  if (slug === FIRST_ANCHOR) {
    if (entityId === null) return
    throw new InvalidInputError(`TA_DOMAIN configures the identifier of ${slug}. Remove it here.`, 'entityId')
  }
  requireSlug(slug)
  if (entityId === null) throw new InvalidInputError('Enter the Entity Identifier of the anchor.', 'entityId')
  parseField('entityId', () => parseEntityId(String(entityId), { allowHttp }))
}

const protectionDefaults: Readonly<Record<string, unknown>> = defaultProtection

export const protection: KindRow = {
  noun: 'protection',
  keys: [],
  mutations: { CHANGE: ['updateProtection'] },
  defaults: protectionDefaults,
  async *read(db) {
    const { version, updatedAt: _, ...fields } = await readProtection(db)
    yield [{ id: 0, key: '', fields, version }]
  },
  parse(fields) {
    const all = Object.entries(fields).map(([name, value]) => [name, value ?? protectionDefaults[name]])
    const change: ProtectionChange = Object.fromEntries(all) // as the input of the mutation
    checkProtection(change)
    return change.operations ? { ...change, operations: withImplied(change.operations) } : change
  },
  change: (context, caller, { version = null }, fields) =>
    installationOf(context).protection.update(caller, { ...fields, version }),
}

const { url: _url, ...webhookDefaults } = defaultsOf(webhookFields)

/** Webhooks of the installation. A file never has their secrets: the server makes them. */
export const webhooks: KindRow = {
  noun: 'webhook',
  keys: ['url'],
  mutations: { CREATE: ['createWebhook'], CHANGE: ['updateWebhook'], REMOVE: ['removeWebhook'] },
  without: ['rotateSecret'],
  defaults: webhookDefaults,
  note: 'Its secret is not in the file. Rotate it in the console to see a new one.',
  hasSecretPath: true,
  async *read(db) {
    const rows = await db.webhook.findMany({ orderBy: [{ url: 'asc' }, { id: 'asc' }] })
    yield rows.map((row): StoredObject => {
      const { id, url, version } = row
      return { id, key: url, version, fields: pickFields(webhookFields, row) }
    })
  },
  parse(fields, { allowHttp }) {
    // An anchor is named by its slug, and may be one that the same file creates.
    const context = { allowHttp, findAnchor: (slug: string) => slug }
    const parsed = parsePatch(webhookFields, fields as never, context) // as the input of the mutation
    requirePlainUrl(String(fields.url), parsed.url ?? '')
    return parsed
  },
  references: ({ anchors = [] }) =>
    (anchors as readonly string[]).map((key) => ({ section: 'anchors', key, field: 'anchors' })), // as parsed
  create: (context, caller, fields) => installationOf(context).webhooks.create(caller, named(fields)),
  change: (context, caller, { id, version }, fields) =>
    installationOf(context).webhooks.update(caller, { ...fields, id, version }),
  remove: (context, caller, { id }) => installationOf(context).webhooks.remove(caller, id),
}

const named = (fields: Fields) => fields as WebhookInput & { url: string } // its key
