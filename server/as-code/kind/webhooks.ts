/** Webhooks of the installation. A file never has their secrets: the server makes them. */
import type { Fields } from '#server/as-code/document.ts'
import { installationOf } from '#server/as-code/kind/installation.ts'
import { requirePlainUrl } from '#server/as-code/kind/plain-url.ts'
import type { KindRow, StoredObject } from '#server/as-code/kind/row.ts'
import { defaultsOf, parsePatch, pickFields } from '#server/services/patch.ts'
import { type WebhookInput, webhookFields } from '#server/webhook/fields.ts'

const { url: _url, ...defaults } = defaultsOf(webhookFields)

export const webhooks: KindRow = {
  noun: 'webhook',
  keys: ['url'],
  mutations: { CREATE: ['createWebhook'], CHANGE: ['updateWebhook'], REMOVE: ['removeWebhook'] },
  without: ['rotateSecret'],
  defaults,
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
