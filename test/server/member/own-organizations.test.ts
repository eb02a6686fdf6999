/** Tests which organizations and anchors a member is shown: all of its own, or the one that it names. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

let anna: Visitor
const ids = { lund: '', oslo: '', foreign: '' }

const admin = adminInFile({}, { secondFactorGroups: ['operator'] })
beforeAll(async () => {
  const test = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await admin.mutate('createTrustAnchor', test, 'slug', 'admin')
  const organize = async (name: string): Promise<string> =>
    (await admin.mutate('createOrganization', { anchor: 'main', name }, 'id', 'admin')).id
  ids.lund = await organize('Lund')
  ids.oslo = await organize('Oslo')
  ids.foreign = await organize('Bergen')
  await admin.mutate('admitOrganization', { id: ids.lund, to: 'test' }, 'id', 'admin')
  const email = 'anna@lu.example'
  anna = await signInAsMember(admin, { organizationId: ids.lund, email })
  await admin.mutate('invitePerson', { organizationId: ids.oslo, email }, 'id', 'admin')
})

async function shown(id?: string, slug?: string) {
  const document =
    'query ($id: ID, $slug: String) { viewer { organizations(id: $id) { name anchors(slug: $slug) { slug } } } }'
  const { data, errors } = await anna.execute(document, { id, slug })
  expect(errors).toBeUndefined()
  return data.viewer.organizations
}

const anchors = (...slugs: string[]) => slugs.map((slug) => ({ slug }))

it('shows all without an argument', async () => {
  expect(await shown()).toEqual([
    { name: 'Lund', anchors: anchors('main', 'test') },
    { name: 'Oslo', anchors: anchors('main') },
  ])
})

it('shows the one that is named, in the anchor that is named', async () => {
  expect(await shown(ids.lund, 'test')).toEqual([{ name: 'Lund', anchors: anchors('test') }])
  expect(await shown(ids.oslo, 'test')).toEqual([{ name: 'Oslo', anchors: [] }])
})

it('shows no organization of others, and no anchor that is not there', async () => {
  expect(await shown(ids.foreign)).toEqual([])
  expect(await shown('rubbish')).toEqual([])
  expect(await shown(ids.lund, 'none')).toEqual([{ name: 'Lund', anchors: [] }])
})

it('says how to reach the operators of an anchor, and where software sends keys', async () => {
  const organization = { organization: { contacts: ['ops@north.example', 'Room 4'] } }
  const endpoints = { endpoints: ['JWKS_UPDATE', 'JWKS_UPDATE_TRIGGER'] }
  await admin.mutate('updateTrustAnchor', { anchor: 'main', ...organization, ...endpoints }, 'slug', 'admin')
  const fields = 'contacts keyUpdateUrl keyUpdateTriggerUrl selfCheckUrl'
  const document = `{ viewer { organizations { name anchors { slug ${fields} } } } }`
  const { data, errors } = await anna.execute(document)
  expect(errors).toBeUndefined()
  expect(data.viewer.organizations[0].anchors).toEqual([
    {
      slug: 'main',
      contacts: ['ops@north.example', 'Room 4'],
      keyUpdateUrl: `${admin.entityId}/jwks_update`,
      keyUpdateTriggerUrl: `${admin.entityId}/jwks_update_trigger`,
      selfCheckUrl: null,
    },
    { slug: 'test', contacts: [], keyUpdateUrl: null, keyUpdateTriggerUrl: null, selfCheckUrl: null },
  ])
})

it('shows none while a role requires a second factor that is not set up', async () => {
  const user = { where: { username: 'anna@lu.example' }, data: { role: 'operator' } }
  await admin.server.db.user.update(user)
  expect(await shown()).toEqual([])
})
