/** Tests the REST API for pipelines of checks. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'

const MARK = 'https://marks.example.org/research'
const RP = 'openid_relying_party'

let admin: TestAdmin
let rest: RestClient
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
  await rest.call('POST', '/trustmarktypes', { tmtype: MARK })
  await makeAnchor(admin, 'test')
})
afterAll(() => admin.close())
afterEach(() => admin.server.db.checkPipeline.deleteMany())

const compose = (body: object) => rest.call('PUT', '/check_pipelines', body)

/** One of each check, as the answer has it. */
const everyCheck = [
  { check: 'OPENID_METADATA', on_failure: 'REFUSE' },
  { check: 'ORGANIZATION_NAME', on_failure: 'ASK' },
  { check: 'TRUST_MARKS_HELD', on_failure: 'ASK', trust_mark_types: [MARK], requires_all: false },
  { check: 'ON_LIST', on_failure: 'ASK', entityids: ['https://rp.example.org'], tags: ['pilot'] },
  { check: 'DECISION_SERVICE', on_failure: 'ASK', url: 'https://decide.example.org/check' },
  { check: 'TERMS_ACCEPTED', on_failure: 'REFUSE', text: 'We follow the rules.' },
]

describe('a pipeline', () => {
  it('is composed for an Entity Type, and its answer can be sent back', async () => {
    const made = await compose({ entity_type: RP, checks: everyCheck, version: 0 })
    expect(made).toEqual({
      status: 200,
      body: {
        id: expect.any(Number),
        entity_type: RP,
        trust_mark_type: null,
        checks: everyCheck,
        approves: false,
        updated_at: expect.any(String),
        version: 1,
      },
    })
    const entry = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
    expect(entry).toMatchObject({ action: 'updateCheckPipeline', actor: 'admin', resource: RP })
    const { id: _, updated_at: __, ...body } = made.body
    expect((await compose(body)).body).toMatchObject({ checks: everyCheck, version: 2 })
  })

  it('keeps absent members, and is listed by type', async () => {
    const { body: ofMark } = await compose({
      trust_mark_type: MARK,
      checks: everyCheck.slice(0, 1),
    })
    const { body: approving } = await compose({ trust_mark_type: MARK, approves: true, version: 1 })
    expect(approving).toMatchObject({ checks: ofMark.checks, approves: true, version: 2 })
    const { body: ofType } = await compose({ entity_type: RP, approves: true })
    const { body } = await rest.call('GET', '/check_pipelines', undefined, 'viewer')
    expect(body).toEqual({ count: 2, items: [ofType, approving] })
    const page = await rest.call('GET', '/check_pipelines?limit=1&offset=1', undefined, 'viewer')
    expect(page.body).toEqual({ count: 2, items: [approving] })
  })

  it.each<[what: string, body: object, status: number, message: string | RegExp]>([
    ['without a type', {}, 400, 'Name either an Entity Type or a Trust Mark type.'],
    ['of an unknown Trust Mark type', { trust_mark_type: `${MARK}/2` }, 404, /^There is no Trust Mark type /],
    ['with an unknown check', { entity_type: RP, checks: [{ check: 'LUCK' }] }, 400, /^checks\.0\.check: /],
    [
      'with a member that its check has no use for',
      { entity_type: RP, checks: [{ check: 'OPENID_METADATA', entityids: [] }] },
      400,
      'checks.0.entityids: This check has no use for it.',
    ],
    [
      'with marks of no type',
      { entity_type: RP, checks: [{ check: 'TRUST_MARKS_HELD', trust_mark_types: [] }] },
      400,
      'checks.0.trust_mark_types: Name at least one type.',
    ],
    ['with another version', { entity_type: RP, version: 3 }, 409, /^Someone else changed it\./],
  ])('%s is refused', async (_what, body, status, message) => {
    const refused = await compose(body)
    expect(refused.status).toBe(status)
    expect(refused.body.message).toMatch(message)
    expect(await admin.server.db.checkPipeline.count()).toBe(0)
    const entry = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
    const { trust_mark_type, entity_type } = Object(body)
    const resource = trust_mark_type ?? entity_type ?? ''
    expect(entry).toMatchObject({ action: 'updateCheckPipeline', outcome: 'FAILED', resource })
  })

  it('is no concern of another anchor', async () => {
    await compose({ entity_type: RP, approves: true })
    const elsewhere = '/anchors/test/check_pipelines'
    expect((await rest.call('GET', elsewhere)).body).toEqual({ count: 0, items: [] })
    const made = await rest.call('PUT', elsewhere, { entity_type: RP, checks: everyCheck.slice(0, 1) })
    expect(made).toMatchObject({ status: 200, body: { approves: false } })
    expect((await rest.call('GET', '/check_pipelines')).body.items).toMatchObject([
      { entity_type: RP, approves: true, checks: [] },
    ])
  })
})
