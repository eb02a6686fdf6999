/** Tests what the overview of a subordinate shows: organization and contacts as published, and the next signature. */
import { expect, it } from 'vitest'
import { organizationOf } from '#server/services/subordinate/organization.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

async function overview(entityId: string) {
  const document = `query ($entityId: EntityIdentifier!) {
    subordinate(entityId: $entityId) { organizationName contacts nextSignature { at reason } statement { issuedAt expiresAt } } }`
  return (await admin.execute(document, { entityId }, 'viewer')).data.subordinate
}

it('names organization and contacts as others see them, those of the Federation Entity first', async () => {
  const metadata = {
    openid_relying_party: {
      ...relyingParty.openid_relying_party,
      organization_name: 'Of the service',
      contacts: ['service@example.org', 'ops@example.org'],
    },
    federation_entity: { organization_name: 'Declared', contacts: ['ops@example.org'] },
  }
  const leaf = await startLeaf(admin, { metadata })
  const forcedMetadata = { federation_entity: { organization_name: 'As the federation knows it' } }
  await register(admin, leaf, { forcedMetadata })
  expect(await overview(leaf.id)).toMatchObject({
    organizationName: 'As the federation knows it',
    contacts: ['ops@example.org', 'service@example.org'],
  })
})

it('names what is declared while it does not resolve', async () => {
  const metadata = { ...relyingParty, federation_entity: { organization_name: 'Declared' } }
  const { leaf } = await registerLeaf(admin, {}, { metadata })
  const metadataPolicy = { openid_relying_party: { logo_uri: { essential: true } } }
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data: { metadataPolicy } })
  expect(await overview(leaf.id)).toMatchObject({ organizationName: 'Declared', contacts: [] })
})

it.each<[what: string, metadata: unknown, name: string | null, contacts: string[]]>([
  ['nothing', {}, null, []],
  ['no object', 'metadata', null, []],
  ['types that are no objects', { federation_entity: null, openid_provider: ['x'] }, null, []],
  ['wrong types', { openid_provider: { organization_name: 7, contacts: 'a@b.example' } }, null, []],
  [
    'wrong entries',
    { openid_provider: { contacts: [1, null, {}, ' ', 'a@b.example'] } },
    null,
    ['a@b.example'],
  ],
  ['only a language', { openid_provider: { 'organization_name#fr': 'Nord' } }, 'Nord', []],
  [
    'an empty name',
    { federation_entity: { organization_name: ' ' }, x: { organization_name: 'X' } },
    'X',
    [],
  ],
  ['a long name', { x: { organization_name: 'y'.repeat(999) } }, 'y'.repeat(200), []],
])('reads metadata with %s', (_what, metadata, name, contacts) => {
  expect(organizationOf(metadata)).toEqual({ name, contacts })
})

it('shows at most 20 contacts', () => {
  const contacts = Array.from({ length: 5000 }, (_, at) => `${at}@example.org`)
  expect(organizationOf({ openid_provider: { contacts } }).contacts).toEqual(contacts.slice(0, 20))
})

it('says when the statement is signed again, or why not', async () => {
  const { leaf, id } = await registerLeaf(admin, { validFor: 10 })
  const { db } = admin.server
  const change = (data: object) => db.subordinate.update({ where: { entityId: leaf.id }, data })
  const next = async () => (await overview(leaf.id)).nextSignature
  expect(await next()).toEqual({ at: null, reason: 'SCHEDULES_OFF' })
  await db.schedule.update({ where: { name: 'check-subordinates' }, data: { enabled: true } })
  const { statement } = await overview(leaf.id)
  const [issued, expires] = [Date.parse(statement.issuedAt), Date.parse(statement.expiresAt)]
  const half = (issued + expires) / 2
  expect(await next()).toEqual({ at: new Date(half).toISOString(), reason: null })

  const before = Date.now()
  await change({
    statementIssuedAt: new Date(before - 9 * 3_600_000),
    statementExpiresAt: new Date(before + 1),
  })
  const { at } = await next()
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1)
  expect(Date.parse(at)).toBeLessThanOrEqual(Date.now())

  await change({ failingSince: new Date() })
  expect(await next()).toEqual({ at: null, reason: 'HAS_PROBLEM' })
  await change({ failingSince: null, unresolvableSince: new Date() })
  expect(await next()).toEqual({ at: null, reason: 'HAS_PROBLEM' })
  await change({ autorenew: false })
  expect(await next()).toEqual({ at: null, reason: 'NOT_AUTOMATIC' })
  await admin.mutate('deactivateSubordinate', { id }, 'id')
  expect(await next()).toEqual({ at: null, reason: 'INACTIVE' })
})
