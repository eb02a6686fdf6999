/** Tests approvals of requests: the operation and the decision happen together, after the same checks, and once. */
import { beforeAll, describe, expect, it } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { relyingParty, relyingPartyNamed } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { listed, register, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { subscribe } from '#test/helpers/subscription.ts'
import { signedIn } from '#test/helpers/visitor.ts'

const MARK = 'https://marks.example.org/research'

const admin = adminInFile()
const organization = inFile(() => admin.mutate('createOrganization', { name: 'Lund' }, 'id'))
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type: MARK }, 'id')
})
const anna = inFile(() =>
  signInAsMember(admin, { organizationId: organization.id, email: 'anna@lu.example' }),
)

const REQUEST = 'id state version declared approvalChecks { name status } steps { action text }'
const submit = async (input: object) => {
  await admin.server.db.rateLimit.deleteMany()
  const request = await anna.mutate('submitRequest', { organizationId: organization.id, ...input }, REQUEST)
  expect(request.message).toBeUndefined()
  return request
}
const approve = (id: string, input: object = {}) => admin.mutate('approveRequest', { id, ...input }, REQUEST)
const leaf = () => startLeaf(admin)
const stored = (entityId: string) => admin.server.db.subordinate.findUnique({ where: { entityId } })

async function member() {
  const entity = await leaf()
  await register(admin, entity, { organizationId: organization.id })
  return entity
}

describe('the approval', () => {
  it('of a registration registers the entity for the organization, and publishes it', {
    tags: ['mutation/approveRequest/success', 'mutation/approveRequest/audit'],
  }, async () => {
    const { id: entityId, keys } = await leaf()
    const { id, version } = await submit({ kind: 'REGISTER', entityId })
    const approved = await approve(id, { version, message: 'Welcome.' })
    expect(approved).toMatchObject({
      state: 'APPROVED',
      steps: [{ action: 'SUBMITTED' }, { action: 'APPROVED', text: 'Welcome.' }],
    })
    expect(approved.approvalChecks).toContainEqual({ name: 'SIGNATURE', status: 'PASSED' })
    expect(await stored(entityId)).toMatchObject({ organizationId: expect.any(Number), active: true })
    expect(await servedStatement(admin, entityId)).toMatchObject({ sub: entityId, jwks: keys })
    const entries = await admin.server.db.auditEvent.findMany({ orderBy: { id: 'desc' }, take: 2 })
    expect(entries).toMatchObject([
      { action: 'registerSubordinate', actor: 'operator', resource: entityId },
      { action: 'approveRequest', actor: 'operator', after: { state: 'APPROVED' } },
    ])
    const { data } = await anna.execute(
      `{ organizationEntity(anchor: "main", entityId: "${entityId}") { state resolvedMetadata organizationId } }`,
    )
    expect(data.organizationEntity).toEqual({
      state: 'ACTIVE',
      resolvedMetadata: relyingParty,
      organizationId: organization.id,
    })
  })

  it('of a change replaces the keys in the statement', async () => {
    const entity = await member()
    const key = toPublicJwk(entity.key)
    const other = toPublicJwk(await generateSigningKey('ES256'))
    const { id } = await submit({
      kind: 'CHANGE',
      entityId: entity.id,
      changes: { jwks: { keys: [key, other] } },
    })
    const approved = await approve(id)
    expect(approved.state).toBe('APPROVED')
    const warnings = approved.approvalChecks.filter(({ status }: { status: string }) => status === 'WARNING')
    expect(warnings).toEqual([])
    expect(await servedStatement(admin, entity.id)).toMatchObject({ jwks: { keys: [key, other] } })
  })

  it('of a change records other metadata, without asking the entity', async () => {
    const entity = await member()
    const asked = entity.requests.length
    const metadata = relyingPartyNamed('New')
    const { id } = await submit({ kind: 'CHANGE', entityId: entity.id, changes: { metadata } })
    expect(await approve(id)).toMatchObject({ state: 'APPROVED', declared: null })
    expect(entity.requests).toHaveLength(asked)
    expect(await stored(entity.id)).toMatchObject({ metadata, metadataFollowsEntity: false })
  })

  it('of a request for a mark issues it', async () => {
    const { id: entityId } = await member()
    const { id } = await submit({ kind: 'TRUST_MARK', entityId, trustMarkType: MARK })
    expect(await approve(id)).toMatchObject({ state: 'APPROVED' })
    const { data } = await anna.execute(
      `{ organizationEntity(anchor: "main", entityId: "${entityId}") { trustMarks { state trustMarkType } } }`,
    )
    expect(data.organizationEntity.trustMarks).toEqual([{ state: 'ACTIVE', trustMarkType: MARK }])
  })

  it('of a withdrawal removes the entity', async () => {
    const { id: entityId } = await member()
    await admin.mutate('issueTrustMark', { trustMarkType: MARK, entityId }, 'id')
    const { id } = await submit({ kind: 'WITHDRAW', entityId })
    expect(await approve(id)).toMatchObject({ state: 'APPROVED' })
    expect(await stored(entityId)).toBeNull()
    expect(await listed(admin)).not.toContain(entityId)
    const mark = await admin.server.db.trustMark.findFirst({ where: { entityId } })
    expect(mark).toMatchObject({ active: false })
  })

  it('happens once when several approve at the same time', async () => {
    const { id: entityId } = await leaf()
    const { id } = await submit({ kind: 'REGISTER', entityId })
    const answers = await Promise.all(Array.from({ length: 4 }, () => approve(id)))
    expect(answers.filter(({ state }) => state === 'APPROVED')).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(3)
    const where = { action: { in: ['approveRequest', 'registerSubordinate'] }, resource: entityId }
    expect(await admin.server.db.auditEvent.count({ where: { ...where, outcome: 'SUCCEEDED' } })).toBe(2)
  })
})

describe('nothing is executed', () => {
  it('when the decision is too late', async () => {
    const { id: entityId } = await leaf()
    const { id, version } = await submit({ kind: 'REGISTER', entityId })
    await anna.mutate('commentRequest', { id, text: 'Wait.' }, 'id')
    expect(await approve(id, { version })).toMatchObject({ code: 'CONFLICT', path: ['input', 'version'] })
    expect(await stored(entityId)).toBeNull()
  })

  it('when the entity has changed since; the next approval is of what it publishes then', async () => {
    const entity = await leaf()
    const { id } = await submit({ kind: 'REGISTER', entityId: entity.id })
    const changed = relyingPartyNamed('Other')
    entity.options.metadata = changed
    expect(await approve(id)).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('has published another configuration'),
    })
    expect(await stored(entity.id)).toBeNull()
    const { data } = await admin.execute(`{ request(id: "${id}") { state declared } }`)
    expect(data.request).toMatchObject({ state: 'WAITING_FOR_OPERATOR', declared: { metadata: changed } })
    expect(await approve(id)).toMatchObject({ state: 'APPROVED' })
    expect(await stored(entity.id)).toMatchObject({ metadata: changed })
  })

  it('when the entity fails a check now, and the operator sees which', {
    tags: 'mutation/approveRequest/EntityRejectedError',
  }, async () => {
    const entity = await leaf()
    const { id } = await submit({ kind: 'REGISTER', entityId: entity.id })
    entity.options.authorityHints = ['https://another.example.org']
    expect(await approve(id)).toMatchObject({ code: 'ENTITY_REJECTED' })
    expect(await stored(entity.id)).toBeNull()
    const { data } = await admin.execute(`{ request(id: "${id}") { ${REQUEST} } }`)
    expect(data.request.state).toBe('WAITING_FOR_OPERATOR')
    expect(data.request.approvalChecks).toContainEqual({ name: 'AUTHORITY_HINT', status: 'FAILED' })
  })

  it('when the entity was registered in the meantime', async () => {
    const entity = await leaf()
    const { id } = await submit({ kind: 'REGISTER', entityId: entity.id })
    await register(admin, entity)
    expect(await approve(id)).toMatchObject({
      code: 'CONFLICT',
      message: `${entity.id} is already registered.`,
    })
  })

  it('by someone who acts for the organization, also as an operator', async () => {
    const both = { username: 'both', role: 'OPERATOR', email: 'both@lu.example', password: PASSWORD }
    await admin.mutate('createUser', both, 'id', 'admin')
    await admin.mutate('invitePerson', { organizationId: organization.id, email: both.email }, 'id')
    const visitor = await signedIn(admin, 'both')
    const { id: entityId } = await leaf()
    const { id } = await submit({ kind: 'REGISTER', entityId })
    expect(await visitor.mutate('approveRequest', { id }, REQUEST)).toMatchObject({
      code: 'CONFLICT',
      message: 'You act for the organization of this request. Another operator must approve it.',
    })
    const comment = { id, text: 'From us.' }
    const commented = await visitor.mutate('commentRequest', comment, 'steps { byMember text }')
    expect(commented.steps.at(-1)).toEqual({ byMember: true, text: 'From us.' })
    const own = await visitor.mutate(
      'submitRequest',
      { organizationId: organization.id, kind: 'REGISTER', entityId: (await leaf()).id },
      'id',
    )
    const { key } = await admin.mutate('createApiKey', { username: 'both', name: 'script' }, 'key', 'admin')
    const approveOwn = async () => {
      const response = await fetch(`${admin.adminUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({
          query: `mutation { approveRequest(input: { id: "${own.id}" }) { ... on Error { code } } }`,
        }),
      })
      return response.json()
    }
    const refused = { data: { approveRequest: { code: 'CONFLICT' } } }
    expect(await approveOwn()).toEqual(refused)
    // Who has submitted it cannot approve it after leaving the organization either.
    await admin.server.installation.organizationUser.deleteMany({ where: { user: { username: 'both' } } })
    expect(await approveOwn()).toEqual(refused)
    expect(await stored(entityId)).toBeNull()
  })
})

it('an organization that leaves takes its requests with it', async () => {
  const { id: other } = await admin.mutate('createOrganization', { name: 'Oslo' }, 'id')
  const bo = await signInAsMember(admin, { organizationId: other, email: 'bo@uio.example' })
  const input = { organizationId: other, kind: 'REGISTER', entityId: (await leaf()).id }
  const { id } = await bo.mutate('submitRequest', input, 'id')
  await admin.mutate('removeOrganization', { id: other }, '')
  expect(await approve(id)).toMatchObject({ code: 'NOT_FOUND' })
})

it('a subscription tells operators of each change', async () => {
  const { results } = await subscribe(
    admin.adminUrl,
    admin.keys.viewer,
    'subscription { requestChanged { entityId state } }',
  )
  const { id: entityId } = await leaf()
  const { id } = await submit({ kind: 'REGISTER', entityId })
  const told = () => results.map(({ data }) => data?.requestChanged)
  await expect.poll(told).toEqual([{ entityId, state: 'WAITING_FOR_OPERATOR' }])
  await approve(id)
  await expect.poll(told).toContainEqual({ entityId, state: 'APPROVED' })
})

eachRow<[mutation: string, input?: object]>(
  [['approveRequest'], ['refuseRequest', { reason: 'No.' }], ['returnRequest', { message: 'What?' }]],
  ([mutation]) => [`mutation/${mutation}/NotFoundError`],
)('finds no request for %s with an unknown id', async (mutation, input = {}) => {
  for (const id of [Buffer.from('Request:2147483647').toString('base64'), 'rubbish'])
    expect(await admin.mutate(mutation, { id, ...input }, 'id')).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^There is no /),
    })
})
