/** Tests requests of software: to register an entity, and for a Trust Mark. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { register, servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { afterAMinute, answered, forget, get, offer, post } from './public-test.ts'

const MARK = 'https://marks.example.org/research'
const REQUEST =
  'id state organizationName submittedBy { username } organization { id } steps { action actor { username } byMember }'

const admin = adminInFile()
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type: MARK }, 'id')
  await offer(admin, 'ENROLL', 'TRUST_MARK_REQUEST')
})
afterEach(() => forget(admin))

const approving = (input: object) =>
  admin.mutate('updateCheckPipeline', { approves: true, ...input }, 'id', 'admin')
const leaf = () => startLeaf(admin)
const enroll = (sub: string) => post(admin, '/enroll', { sub })
const stateOf = (sub: string) => answered(admin, '/enroll', { sub })
const requests = async () =>
  (await admin.execute(`{ requests(first: 10) { edges { node { ${REQUEST} } } } }`)).data.requests.edges.map(
    ({ node }: { node: object }) => node,
  )

describe('/enroll', () => {
  it('places a request, which an operator approves', async () => {
    const { id: sub } = await leaf()
    const response = await enroll(sub)
    expect(response.status).toBe(202)
    const status = `${admin.entityId}/enroll?sub=${encodeURIComponent(sub)}`
    expect(response.headers.get('location')).toBe(status)
    expect(await response.json()).toMatchObject({ sub, state: 'pending', status })
    expect(await stateOf(sub)).toMatchObject({
      state: 'waiting',
      message: 'The request waits for an operator.',
    })
    const [request, ...others] = await requests()
    expect(others).toEqual([])
    expect(request).toMatchObject({
      state: 'WAITING_FOR_OPERATOR',
      organization: null,
      organizationName: null,
      submittedBy: { username: 'job:request-of-software' },
    })
    const { id } = request
    expect(await admin.mutate('returnRequest', { id, message: 'Who are you?' }, 'id')).toMatchObject({
      code: 'CONFLICT',
      message: 'Software sent it, which does not answer. Approve or refuse it.',
    })
    expect(await admin.mutate('approveRequest', { id }, 'state')).toMatchObject({ state: 'APPROVED' })
    expect(await stateOf(sub)).toMatchObject({ state: 'registered' })
    expect(await servedStatement(admin, sub)).toMatchObject({ sub })
    const repeated = await enroll(sub)
    expect([repeated.status, await repeated.json()]).toEqual([
      200,
      { sub, state: 'registered', message: 'The entity is registered.' },
    ])
  })

  it('registers at once where the checks approve', async () => {
    await approving({ entityType: 'openid_relying_party' })
    const { id: sub } = await leaf()
    await enroll(sub)
    expect(await stateOf(sub)).toMatchObject({ state: 'registered' })
    expect(await admin.server.db.subordinate.findUnique({ where: { entityId: sub } })).toMatchObject({
      organizationId: null,
    })
  })

  it('says which check failed, and keeps no request', async () => {
    const { id: sub } = await startLeaf(admin, { metadata: relyingParty, authorityHints: [] })
    await enroll(sub)
    expect(await stateOf(sub)).toMatchObject({
      state: 'refused',
      message: expect.stringContaining('authority_hints'),
      checks: expect.arrayContaining([expect.objectContaining({ name: 'AUTHORITY_HINT', status: 'FAILED' })]),
    })
    expect(await requests()).toEqual([])
  })

  it('of an entity that was refused is refused for a day', async () => {
    const entity = await leaf()
    await enroll(entity.id)
    await stateOf(entity.id)
    const [{ id }] = await requests()
    await admin.mutate('refuseRequest', { id, reason: 'Secret.' }, 'id')
    await forgetAnswers()
    await enroll(entity.id)
    const refused = {
      state: 'refused',
      message: 'The operators refused the request. Ask them for the reason.',
    }
    expect(await stateOf(entity.id)).toMatchObject(refused)
    expect(entity.requests).toHaveLength(1)
    const decidedAt = new Date(Date.now() - 86_500_000)
    await admin.server.db.request.updateMany({ data: { decidedAt } })
    await forgetAnswers()
    expect(await stateOf(entity.id)).toMatchObject({ error: 'not_found' })
    await enroll(entity.id)
    expect(await stateOf(entity.id)).toMatchObject({ state: 'waiting' })
  })

  it('says nothing of requests of organizations', async () => {
    const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id')
    const anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
    const { id: entityId } = await leaf()
    await anna.mutate('submitRequest', { organizationId, kind: 'REGISTER', entityId }, 'id')
    const question = { endpoint: 'enroll', wants: 'state', entityId, trustMarkType: null } as const
    expect(await admin.server.services.publicAnswers.answer(question, null)).toMatchObject({
      answer: { state: 'unknown', message: `Nothing was asked for ${entityId}. Send a POST to ask.` },
    })
  })

  it('is asked by a single GET too, as at other servers, but not again after a refusal', async () => {
    const { id: sub } = await leaf()
    expect((await get(admin, '/enroll', { sub })).status).toBe(202)
    await expect.poll(() => admin.server.db.request.count()).toBe(1)
    expect(await stateOf(sub)).toMatchObject({ state: 'waiting' })
    const [{ id }] = await requests()
    await admin.mutate('refuseRequest', { id, reason: 'No.' }, 'id')
    await admin.server.db.request.updateMany({ data: { decidedAt: new Date(Date.now() - 86_500_000) } })
    await forgetAnswers()
    expect(await stateOf(sub)).toMatchObject({ error: 'not_found' })
    expect(await requests()).toHaveLength(1)
  })

  it('is one request, however often it is asked', async () => {
    const entity = await leaf()
    const responses = await Promise.all(Array.from({ length: 20 }, () => enroll(entity.id)))
    expect(responses.every(({ status }) => status === 202)).toBe(true)
    await stateOf(entity.id)
    const repeated = await enroll(entity.id)
    expect([repeated.status, await repeated.json()]).toEqual([
      202,
      expect.objectContaining({ state: 'waiting' }),
    ])
    expect(await requests()).toHaveLength(1)
    expect(entity.requests).toHaveLength(1)
  })

  async function forgetAnswers() {
    await afterAMinute(admin)
    const { client } = admin.redis
    for (const key of await client.keys('inmor:answer:*')) await client.del(key)
  }
})

describe('/trust_mark_request', () => {
  const ask = (sub: string, trust_mark_type = MARK) =>
    post(admin, '/trust_mark_request', { sub, trust_mark_type })
  const markState = (sub: string, trust_mark_type = MARK) =>
    answered(admin, '/trust_mark_request', { sub, trust_mark_type })

  it('places a request in the name of the organization, or is approved at once', async () => {
    const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id')
    const entity = await leaf()
    await register(admin, entity, { organizationId })
    expect((await ask(entity.id)).status).toBe(202)
    expect(await markState(entity.id)).toMatchObject({ state: 'waiting', trust_mark_type: MARK })
    expect(await requests()).toMatchObject([{ organizationName: 'Lund', state: 'WAITING_FOR_OPERATOR' }])
    await forget(admin)
    await approving({ trustMarkType: MARK })
    await ask(entity.id)
    expect(await markState(entity.id)).toMatchObject({ state: 'issued' })
    await expect
      .poll(async () => (await admin.get('/trust_mark', { sub: entity.id, trust_mark_type: MARK })).status)
      .toBe(200)
    expect((await ask(entity.id)).status).toBe(200)
  })

  it('is refused for entities and types that are not known here', async () => {
    const { id: sub } = await leaf()
    await ask(sub)
    expect(await markState(sub)).toMatchObject({
      state: 'refused',
      message: `There is no entity ${sub} here.`,
    })
    await register(admin, { id: sub })
    await afterAMinute(admin)
    await ask(sub, 'https://marks.example.org/none')
    expect(await markState(sub, 'https://marks.example.org/none')).toMatchObject({
      state: 'refused',
      message: 'No Trust Mark of this type is issued here.',
    })
    expect((await post(admin, '/trust_mark_request', { sub })).status).toBe(400)
  })
})
