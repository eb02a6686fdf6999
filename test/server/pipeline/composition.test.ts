/** Tests what operators compose: pipelines of checks, their limits, and who may change them. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseChecks } from '#server/services/request/pipeline/input.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const MARK = 'https://marks.example.org/research'
const OTHER = 'https://marks.example.org/other'

const admin = adminInFile()
beforeAll(() => admin.mutate('createTrustMarkType', { type: MARK }, 'id'))
afterEach(() => admin.server.db.checkPipeline.deleteMany())

const PIPELINE = `id entityType trustMarkType approves version
  checks { check onFailure trustMarkTypes requiresAll entityIds tags url text }`
const update = (input: object) => admin.mutate('updateCheckPipeline', input, PIPELINE, 'admin')
const listed = async () => (await admin.execute(`{ checkPipelines { ${PIPELINE} } }`)).data.checkPipelines
const none = { trustMarkTypes: null, requiresAll: null, entityIds: null, tags: null, url: null, text: null }

describe('a pipeline', () => {
  it('has the checks in their order, each with what it needs', {
    tags: ['mutation/updateCheckPipeline/success', 'mutation/updateCheckPipeline/audit'],
  }, async () => {
    const made = await update({
      entityType: ' openid_provider ',
      checks: [
        { check: 'TERMS_ACCEPTED', text: ' We follow the rules. ' },
        { check: 'TRUST_MARKS_HELD', trustMarkTypes: [MARK, MARK] },
        { check: 'TRUST_MARKS_HELD', trustMarkTypes: [OTHER], requiresAll: false },
        {
          check: 'ON_LIST',
          entityIds: ['https://op.example.org'],
          tags: ['Pilot', 'pilot'],
          onFailure: 'REFUSE',
        },
        { check: 'DECISION_SERVICE', url: 'https://decide.example.org/check' },
        { check: 'ORGANIZATION_NAME' },
        { check: 'OPENID_METADATA', onFailure: 'REFUSE' },
      ],
    })
    expect(made).toMatchObject({
      entityType: 'openid_provider',
      trustMarkType: null,
      approves: false,
      version: 1,
    })
    expect(made.checks).toEqual([
      { ...none, check: 'TERMS_ACCEPTED', onFailure: 'REFUSE', text: 'We follow the rules.' },
      { ...none, check: 'TRUST_MARKS_HELD', onFailure: 'ASK', trustMarkTypes: [MARK], requiresAll: true },
      { ...none, check: 'TRUST_MARKS_HELD', onFailure: 'ASK', trustMarkTypes: [OTHER], requiresAll: false },
      {
        ...none,
        check: 'ON_LIST',
        onFailure: 'REFUSE',
        entityIds: ['https://op.example.org'],
        tags: ['Pilot'],
      },
      { ...none, check: 'DECISION_SERVICE', onFailure: 'ASK', url: 'https://decide.example.org/check' },
      { ...none, check: 'ORGANIZATION_NAME', onFailure: 'ASK' },
      { ...none, check: 'OPENID_METADATA', onFailure: 'REFUSE' },
    ])
    expect(await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'updateCheckPipeline',
      resourceType: 'CheckPipeline',
      resource: 'openid_provider',
      before: null,
      after: { approves: false },
    })
  })

  it('is changed in the fields that are given, and listed after those of Entity Types if it is of a mark', async () => {
    await update({ trustMarkType: MARK, checks: [{ check: 'ORGANIZATION_NAME' }] })
    await update({ entityType: 'openid_relying_party', approves: true })
    const changed = await update({ trustMarkType: MARK, approves: true, version: 1 })
    expect(changed).toMatchObject({ version: 2, approves: true, checks: [{ check: 'ORGANIZATION_NAME' }] })
    expect(
      (await listed()).map(
        ({ entityType, trustMarkType }: Record<string, string>) => entityType ?? trustMarkType,
      ),
    ).toEqual(['openid_relying_party', MARK])
    const asOperator = admin.mutate('updateCheckPipeline', { entityType: 'x' }, 'id', 'operator')
    await expect(asOperator).rejects.toThrow('FORBIDDEN')
  })

  it('is not changed after another change', {
    tags: 'mutation/updateCheckPipeline/ConflictError',
  }, async () => {
    await update({ entityType: 'openid_provider', approves: true })
    await update({ entityType: 'openid_provider', approves: false })
    expect(await update({ entityType: 'openid_provider', approves: true, version: 1 })).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    expect(await update({ entityType: 'oauth_client', version: 1 })).toMatchObject({ code: 'CONFLICT' })
    expect(await listed()).toMatchObject([{ approves: false }])
  })

  it('is created once, when each creator says that there was none', async () => {
    expect(await update({ entityType: 'oauth_client', version: 0 })).toMatchObject({ version: 1 })
    expect(await update({ entityType: 'oauth_client', approves: true, version: 0 })).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    expect(await listed()).toMatchObject([{ approves: false }])
  })

  it('goes with its Trust Mark type', { tags: 'mutation/updateCheckPipeline/NotFoundError' }, async () => {
    expect(await update({ trustMarkType: OTHER })).toMatchObject({
      code: 'NOT_FOUND',
      path: ['input', 'trustMarkType'],
    })
    const { id } = await admin.mutate('createTrustMarkType', { type: OTHER }, 'id')
    await update({ trustMarkType: OTHER, approves: true })
    await admin.mutate('removeTrustMarkType', { id }, '')
    expect(await listed()).toEqual([])
  })

  const terms = { check: 'TERMS_ACCEPTED', text: 'x' }
  it.each([
    [{}, ['entityType'], 'Name either'],
    [{ entityType: 'a', trustMarkType: MARK }, ['entityType'], 'Name either'],
    [{ entityType: 'two words' }, ['entityType'], 'no Entity Type'],
    [{ entityType: 'x'.repeat(101) }, ['entityType'], 'no Entity Type'],
    [{ checks: Array.from({ length: 11 }, () => terms) }, ['checks'], 'At most 10'],
    [{ checks: [terms, terms] }, ['checks', '1', 'check'], 'already'],
    [{ checks: [{ check: 'ORGANIZATION_NAME', text: 'x' }] }, ['checks', '0', 'text'], 'no use'],
    [{ checks: [{ check: 'TERMS_ACCEPTED', text: ' ' }] }, ['checks', '0', 'text'], 'Write the terms'],
    [{ checks: [{ ...terms, text: 'x'.repeat(5001) }] }, ['checks', '0', 'text'], '5001 characters'],
    [{ checks: [{ check: 'ON_LIST' }] }, ['checks', '0', 'entityIds'], 'at least one'],
    [{ checks: [{ check: 'ON_LIST', tags: ['a,b'] }] }, ['checks', '0', 'tags', '0'], 'comma'],
    [
      { checks: [{ check: 'ON_LIST', entityIds: Array.from({ length: 1001 }, () => 'https://a.example') }] },
      ['checks', '0', 'entityIds'],
      'At most 1000',
    ],
    [{ checks: [{ check: 'TRUST_MARKS_HELD' }] }, ['checks', '0', 'trustMarkTypes'], 'at least one'],
  ])(
    'of %o is refused at its field',
    { tags: 'mutation/updateCheckPipeline/InvalidInputError' },
    async (input, path, text) => {
      const named = 'checks' in input ? { entityType: 'openid_provider', ...input } : input
      expect(await update(named)).toMatchObject({
        code: 'INVALID_INPUT',
        path: ['input', ...path],
        message: expect.stringContaining(text),
      })
      expect(await listed()).toEqual([])
    },
  )
})

it.each([
  ['http://decide.example.org', 'https'],
  ['https://10.0.0.1/check', 'not a public address'],
])('a service at %s is refused', (url, text) => {
  const parse = () => parseChecks([{ check: 'DECISION_SERVICE', url }], { allowHttp: false })
  expect(parse).toThrow(expect.objectContaining({ path: ['checks', 0, 'url'] }))
  expect(parse).toThrow(text)
})
