/** Makes an object of every type with a global id that one anchor has, or that is about that anchor only. */
import { expect, vi } from 'vitest'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { fillAnchor } from './isolation-fill.ts'
import type { Filled } from './isolation-rows.ts'

/** The ids by type, as an administrator of the installation knows them. */
export type Objects = { ids: Readonly<Record<string, string>>; filled: Filled }

const idOf = (typename: string, key: string | number) => btoa(`${typename}:${key}`)

/** `mark` is in the texts of each of them, or `entityId`, which is a member of this anchor only. */
export async function makeObjects(
  admin: TestAdmin,
  place: { anchor: string; mark: string; entityId: string },
): Promise<Objects> {
  const { anchor } = place
  const filled = await fillAnchor(admin, place)
  const document = `{ run(id: "${filled.run}", anchor: "${anchor}") { items(first: 1) { edges { node { id } } } } }`
  const firstItem = async () =>
    (await admin.execute(document)).data.run.items.edges[0]?.node.id as string | undefined
  // A run shows an item when it has finished it.
  await vi.waitFor(async () => expect(await firstItem()).toBeTypeOf('string'), {
    timeout: 20_000,
    interval: 100,
  })
  const waiting = { anchor, entityId: `http://${place.mark}.example.org` }
  const { id: awaited } = await admin.mutate('awaitEntity', waiting, 'id', 'admin')
  const { subordinate, trustMark, trustMarkType, request, organization, pipeline, entry, run, mirror } =
    filled
  const ids = {
    ...{ Subordinate: subordinate, TrustMark: trustMark, TrustMarkType: trustMarkType, Request: request },
    ...{ AwaitedEntity: awaited, Organization: organization, CheckPipeline: pipeline, AuditEvent: entry },
    Mirror: mirror,
    ...{ Run: run, RunItem: String(await firstItem()) },
    ...(await makeOfInstallation(admin, place)),
  }
  return { ids, filled }
}

/** Objects of the installation that are about the anchor. */
async function makeOfInstallation({ server }: TestAdmin, { anchor, mark }: { anchor: string; mark: string }) {
  const db = server.installation
  const [id, email, now] = [mark, `${mark}@example.org`, new Date()]
  const anchorRoles = { create: { anchorSlug: anchor, role: 'operator' } }
  await db.user.create({ data: { id, name: mark, email, username: mark, anchorRoles } })
  // The log of the first anchor has what is done in the installation, so these are rows without entries.
  const times = { createdAt: now, updatedAt: now }
  const key = { id: `key-${mark}`, name: mark, key: mark, referenceId: id, ...times }
  await db.apikey.create({ data: key })
  const url = `https://${mark}.example.org`
  const webhook = await db.webhook.create({
    data: { url, anchors: [anchor], secret: 'sealed', position: 0, active: false },
  })
  const delivery = await db.delivery.create({
    data: { webhookId: webhook.id, recipient: url, event: 'test', anchor },
  })
  const mail = await db.mail.create({
    data: { event: 'memberInvitation', recipient: email, anchor, nextAt: now, giveUpAt: now, createdAt: now },
  })
  const asked = { mutation: 'removeSubordinate', document: '', variables: {}, action: 'removeSubordinate' }
  const by = { requestedBy: mark, requestedMethod: 'session', requestedAt: now, expiresAt: now }
  const change = await db.approval.create({
    data: { anchor, ...asked, ...by, resource: mark, nonce: mark, hash: mark },
  })
  return {
    ...{ User: idOf('User', id), ApiKey: idOf('ApiKey', key.id), Mail: idOf('Mail', mail.id) },
    ...{ Webhook: idOf('Webhook', webhook.id), Delivery: idOf('Delivery', delivery.id) },
    Approval: idOf('Approval', change.id),
  }
}
