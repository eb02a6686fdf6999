/** Tests organizations: their fields, their contacts, and the list of them. */
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const FIELDS =
  'id name identifier identifierScheme country active note tags memberCount version contacts { role name email }'
const create = (input: object, as?: 'viewer') => admin.mutate('createOrganization', input, FIELDS, as)
const update = (input: object) => admin.mutate('updateOrganization', input, FIELDS)
const remove = (id: string) => admin.mutate('removeOrganization', { id }, '')

let made = 0
const unique = () => `SE-${++made}`

const university = () => ({
  name: ' University of Lund ',
  identifier: unique(),
  identifierScheme: 'SE-ON',
  country: 'se',
  contacts: [
    { role: 'TECHNICAL', email: 'Ops@lu.example ', name: 'Operations' },
    { role: 'SECURITY', email: 'csirt@lu.example' },
    { role: 'TECHNICAL', email: 'ops@lu.example', name: 'Ops' },
  ],
  tags: ['R&E', ' r&e', 'Nordic'],
  note: 'Contract ends in May.',
})

it('is created with trimmed texts, and each contact and tag once', {
  tags: ['mutation/createOrganization/success', 'mutation/createOrganization/audit'],
}, async () => {
  const input = university()
  const created = await create(input)
  expect(created).toMatchObject({
    name: 'University of Lund',
    identifier: input.identifier,
    identifierScheme: 'SE-ON',
    country: 'SE',
    active: true,
    note: 'Contract ends in May.',
    tags: ['R&E', 'Nordic'],
    memberCount: 0,
    version: 1,
    contacts: [
      { role: 'SECURITY', name: null, email: 'csirt@lu.example' },
      { role: 'TECHNICAL', name: 'Ops', email: 'ops@lu.example' },
    ],
  })
  const found = await admin.execute(
    `{ node(id: "${created.id}") { ... on Organization { ${FIELDS} } } }`,
    {},
    'viewer',
  )
  expect(found.data?.node).toMatchObject({ id: created.id, name: 'University of Lund' })
  const [entry] = await admin.server.db.auditEvent.findMany({ orderBy: { id: 'desc' }, take: 1 })
  expect(entry).toMatchObject({
    action: 'createOrganization',
    resource: 'University of Lund',
    before: null,
    after: { country: 'SE', contacts: [{ email: 'csirt@lu.example' }, { email: 'ops@lu.example' }] },
  })
})

it.each([
  [{ name: '  ' }, ['name'], 'at least one character'],
  [{ name: 'x'.repeat(201) }, ['name'], '201 characters'],
  [{ name: 'A', country: 'XX' }, ['country'], '"XX" is not a country'],
  [{ name: 'A', country: 'DD' }, ['country'], '"DD" is not a country'],
  [{ name: 'A', country: 'Sweden' }, ['country'], 'two letters'],
  [{ name: 'A', identifier: '1' }, ['identifierScheme'], 'needs its scheme'],
  [{ name: 'A', identifierScheme: 'SE-ON' }, ['identifier'], 'needs an identifier'],
  [{ name: 'A', identifier: '1', identifierScheme: 'x'.repeat(101) }, ['identifierScheme'], '101 characters'],
  [{ name: 'A', tags: ['a,b'] }, ['tags', '0'], 'comma'],
  [
    { name: 'A', contacts: [{ role: 'SECURITY', email: 'csirt' }] },
    ['contacts', '0', 'email'],
    'not an e-mail address',
  ],
  [
    { name: 'A', contacts: Array.from({ length: 31 }, () => ({ role: 'SECURITY', email: 'a@b.example' })) },
    ['contacts'],
    '31 contacts are too many',
  ],
])(
  'refuses %o at its field',
  { tags: 'mutation/createOrganization/InvalidInputError' },
  async (input, path, text) => {
    expect(await create(input)).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', ...path],
      message: expect.stringContaining(text),
    })
  },
)

it('refuses an identifier that another one has, and names it', {
  tags: ['mutation/createOrganization/ConflictError', 'mutation/updateOrganization/ConflictError'],
}, async () => {
  const first = await create(university())
  const { identifier, identifierScheme } = first
  const taken = { code: 'CONFLICT', path: ['input', 'identifier'] }
  expect(await create({ name: 'Copy', identifier, identifierScheme })).toMatchObject({
    ...taken,
    message: 'University of Lund has this identifier.',
  })
  const other = await create({ name: 'Other', identifier, identifierScheme: 'NO-ORGNR' })
  expect(await update({ id: other.id, identifierScheme })).toMatchObject(taken)
})

it('changes what is given, and resets what is null', {
  tags: ['mutation/updateOrganization/success', 'mutation/updateOrganization/audit'],
}, async () => {
  const { id, contacts } = await create(university())
  const renamed = await update({ id, version: 1, name: 'Lund University', active: false })
  expect(renamed).toMatchObject({
    name: 'Lund University',
    active: false,
    country: 'SE',
    contacts,
    version: 2,
  })
  const cleared = await update({ id, identifier: null, identifierScheme: null, contacts: null, tags: null })
  expect(cleared).toMatchObject({ identifier: null, contacts: [], tags: [], version: 3 })
  const [entry] = await admin.server.db.auditEvent.findMany({ orderBy: { id: 'desc' }, take: 1 })
  expect(entry).toMatchObject({
    action: 'updateOrganization',
    before: { contacts: [expect.anything(), expect.anything()] },
    after: { contacts: [] },
  })
  expect(await update({ id, version: 2, name: 'Late' })).toMatchObject({
    code: 'CONFLICT',
    path: ['input', 'version'],
  })
})

it('refuses a change without a name, one of an unknown organization, and one by a viewer', {
  tags: ['mutation/updateOrganization/InvalidInputError', 'mutation/updateOrganization/NotFoundError'],
}, async () => {
  const { id } = await create({ name: 'A' })
  expect(await update({ id, name: null })).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'name'] })
  expect(await update({ id: 'unknown' })).toMatchObject({ code: 'NOT_FOUND' })
  await expect(create({ name: 'A' }, 'viewer')).rejects.toThrow('does not allow')
})

describe('the list', () => {
  const list = async (filter: object, order = '{ field: NAME }') => {
    const document = `query ($filter: OrganizationFilter) { organizations(filter: $filter, orderBy: ${order}, first: 50) {
      totalCount edges { node { name } } } }`
    const { data } = await admin.execute(document, { filter }, 'viewer')
    const { totalCount, edges } = data.organizations
    expect(edges).toHaveLength(totalCount)
    return edges.map(({ node }: { node: { name: string } }) => node.name)
  }

  beforeAll(async () => {
    await create({
      name: 'List A',
      country: 'NO',
      tags: ['list', 'Öl'],
      identifier: 'L_1',
      identifierScheme: 'X',
    })
    await create({ name: 'List B', tags: ['LIST'], active: false, note: 'Pays late.' })
    await create({
      name: 'List C',
      country: 'NO',
      tags: ['list'],
      contacts: [{ role: 'SECURITY', email: 'csirt@list.example', name: 'Ann' }],
    })
  })

  it.each([
    [{ tags: ['List'] }, ['List A', 'List B', 'List C']],
    [{ tags: ['list', 'öl'] }, ['List A']],
    [{ tags: ['list'], active: true }, ['List A', 'List C']],
    [{ tags: ['list'], active: false }, ['List B']],
    [{ tags: ['list'], country: 'no' }, ['List A', 'List C']],
    [{ search: 'list l_1' }, ['List A']],
    [{ search: 'LATE list' }, ['List B']],
    [{ search: 'csirt@list' }, ['List C']],
    [{ search: 'ann list' }, ['List C']],
    [{ search: 'l%' }, []],
  ])('with %o has %o', async (filter, names) => {
    expect(await list(filter)).toEqual(names)
  })

  it('has pages in both orders', async () => {
    const page = async (range: string) => {
      const document = `{ organizations(filter: { tags: ["list"] }, orderBy: { field: CREATED_AT, direction: DESC }, ${range}) {
        edges { cursor node { name } } pageInfo { hasNextPage } } }`
      return (await admin.execute(document)).data?.organizations
    }
    const first = await page('first: 2')
    expect(first).toMatchObject({
      edges: [{ node: { name: 'List C' } }, { node: { name: 'List B' } }],
      pageInfo: { hasNextPage: true },
    })
    expect(await page(`first: 2, after: "${first.edges[1].cursor}"`)).toMatchObject({
      edges: [{ node: { name: 'List A' } }],
      pageInfo: { hasNextPage: false },
    })
  })
})

it('is removed once it has no members', {
  tags: [
    'mutation/removeOrganization/success',
    'mutation/removeOrganization/audit',
    'mutation/removeOrganization/ConflictError',
    'mutation/removeOrganization/NotFoundError',
  ],
}, async () => {
  const { id: organizationId, name } = await create(university())
  const { id } = await registerLeaf(admin, { organizationId })
  expect(await remove(organizationId)).toMatchObject({
    code: 'CONFLICT',
    message: `${name} has 1 member. Remove it or give it another organization first.`,
  })
  await admin.mutate('removeSubordinate', { id }, '')
  expect(await remove(organizationId)).toMatchObject({ ids: [organizationId] })
  expect(await remove(organizationId)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await admin.server.installation.organizationContact.count({ where: { name: 'Ops' } })).toBe(
    await admin.server.installation.organization.count({ where: { contacts: { some: { name: 'Ops' } } } }),
  )
  const where = { action: 'removeOrganization', outcome: 'SUCCEEDED' }
  expect(await admin.server.db.auditEvent.findMany({ where })).toMatchObject([
    { resource: name, before: { country: 'SE' }, after: null },
  ])
})
