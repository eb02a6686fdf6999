/** The log of an anchor has what members tried there in vain. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { signInAsMember } from '#test/helpers/member.ts'

const admin = adminInFile()
beforeAll(() => makeAnchor(admin, 'test'))

it.each(['main', 'test'])('a request to %s that was not placed', async (anchor) => {
  const { id: organizationId } = await admin.mutate(
    'createOrganization',
    { anchor, name: anchor },
    'id',
    'admin',
  )
  const email = `anna@${anchor}.example`
  const anna = await signInAsMember(admin, { organizationId, email })
  const { data } = await anna.execute('{ viewer { organizations { id } } }')
  const [{ id }] = data.viewer.organizations
  const input = { organizationId: id, kind: 'WITHDRAW', entityId: 'https://nobody.example.org' }
  const refused = await anna.mutate('submitRequest', input, 'id')
  expect(refused).toMatchObject({ code: expect.any(String) })
  const entries = await admin.server.installation.auditEvent.findMany({
    where: { action: 'submitRequest', actor: email },
  })
  expect(entries).toMatchObject([{ anchor: anchor === 'main' ? null : anchor, outcome: 'FAILED' }])
})
