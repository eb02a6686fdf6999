/** Fields and objects of the installation are the same whatever anchor a request names, also where only that one has them. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import type { Visitor } from '#test/helpers/visitor.ts'
import { documentOf } from './isolation-document.ts'

let anna: Visitor
const email = 'anna@lu.example'
const contacts = [{ role: 'SECURITY', email: 'cert@lu.example', name: 'CERT' }]
const admin = adminInFile()
beforeAll(async () => {
  await makeAnchor(admin, 'test')
  const organization = { anchor: 'test', name: 'Lund', contacts }
  const { id: organizationId } = await admin.mutate('createOrganization', organization, 'id', 'admin')
  anna = await signInAsMember(admin, { organizationId, email })
})

const anchors = [undefined, 'main', 'test']

async function ask(query: string, anchor: string | undefined) {
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-graphql-yoga-csrf': '1',
      'x-api-key': admin.keys.admin,
      ...(anchor ? { 'inmor-anchor': anchor } : {}),
    },
    body: JSON.stringify({ query }),
  })
  return response.json()
}

it('users have the organizations of every anchor', async () => {
  const query = '{ users { edges { node { id email organizations { name } } } } }'
  for (const anchor of anchors) {
    const { data, errors } = await ask(query, anchor)
    expect(errors, anchor).toBeUndefined()
    const found = data.users.edges.find(({ node }: { node: { email: string } }) => node.email === email)
    expect(found.node, anchor).toMatchObject({ organizations: [{ name: 'Lund' }] })
    for (const named of ['main', 'test']) {
      const one = `{ node(id: "${found.node.id}", anchor: "${named}") { ... on User { email organizations { name } } } }`
      expect(await ask(one, anchor), named).toEqual({
        data: { node: { email, organizations: [{ name: 'Lund' }] } },
      })
    }
  }
})

it('people see what their organization has in another anchor only', async () => {
  const { data, errors } = await anna.execute(documentOf('query', 'viewer', {}))
  expect(errors).toBeUndefined()
  expect(data.viewer.organizations).toMatchObject([{ name: 'Lund', contacts, anchors: [{ slug: 'test' }] }])
})
