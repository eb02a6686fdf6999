/** Tests subordinate events, from the audit log to the Subordinate Events endpoint. */
import { decodeJwt } from 'jose'
import { expect, it, vi } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

async function eventsOf(sub: string): Promise<unknown[] | number> {
  const response = await admin.get('/subordinate_events', { sub })
  if (!response.ok) return response.status
  const claims = decodeJwt<{ federation_registration_events: { event: string; iat: number }[] }>(
    await response.text(),
  )
  return claims.federation_registration_events.map(({ event }) => event)
}

/** Events have a resolution of one second. */
function untilNextSecond(): Promise<unknown> {
  const second = Math.floor(Date.now() / 1000)
  return vi.waitUntil(() => Math.floor(Date.now() / 1000) > second, { timeout: 2_000, interval: 10 })
}

it('serves each change in order, also after the subordinate is removed and Redis is rebuilt', async () => {
  const leaf = await startLeaf(admin)
  expect(await eventsOf(leaf.id)).toBe(404)
  const { id } = await register(admin, leaf)
  await untilNextSecond()
  const forcedMetadata = { openid_relying_party: { client_name: 'Another name' } }
  await admin.mutate('updateSubordinate', { id, forcedMetadata }, 'id')
  await admin.mutate('updateSubordinate', { id, constraints: { max_path_length: 0 } }, 'id')
  await admin.mutate('deactivateSubordinate', { id }, 'id')
  await admin.mutate('reactivateSubordinate', { id }, 'id')
  await admin.mutate('removeSubordinate', { id }, '')
  const all = [
    'registration',
    'metadata_update',
    'metadata_policy_update',
    'suspension',
    'reactivation',
    'revocation',
  ]
  expect(await eventsOf(leaf.id)).toEqual(all)
  await admin.server.publisher.rebuild()
  expect(await eventsOf(leaf.id)).toEqual(all)
})

it('serves no update at the time of a registration', { tags: 'events/registration' }, async () => {
  const leaf = await startLeaf(admin)
  await untilNextSecond()
  const { id } = await register(admin, leaf)
  const { version } = await admin.mutate(
    'updateSubordinate',
    { id, constraints: { max_path_length: 0 } },
    'version',
  )
  expect(version).toBe(2)
  const times = await admin.server.db.auditEvent.findMany({
    where: { resource: leaf.id },
    select: { at: true },
  })
  const seconds = new Set(times.map(({ at }) => Math.floor(at.getTime() / 1000)))
  expect(await eventsOf(leaf.id)).toEqual(
    seconds.size === 1 ? ['registration'] : ['registration', 'metadata_policy_update'],
  )
})

it('is advertised, with the extended list, when it is switched on', {
  tags: ['listing/endpoint', 'events/endpoint'],
}, async () => {
  const advertised = async () => {
    const { metadata } = decodeJwt<{ metadata: { federation_entity: object } }>(
      await (await admin.get('/.well-known/openid-federation')).text(),
    )
    return Object.keys(metadata.federation_entity)
  }
  const draft = ['federation_extended_list_endpoint', 'federation_subordinate_events_endpoint']
  expect(await advertised()).not.toEqual(expect.arrayContaining(draft))
  const input = { endpoints: ['EXTENDED_LIST', 'SUBORDINATE_EVENTS', 'RESOLVE'] }
  await admin.mutate('updateTrustAnchor', input, 'version', 'admin')
  await expect.poll(advertised).toEqual(expect.arrayContaining([...draft, 'federation_resolve_endpoint']))
})
