/** `inmor convert lighthouse`, against recorded answers of its admin API: our installation then makes the same statements. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { apply } from './apply.ts'
import { convertToJson } from './convert.ts'
import { essential, recorded, serveLighthouse, TYPE as type } from './lighthouse-api.ts'

const anchor = 'https://lighthouse.example'

const target = adminInFile()
let members: TestEntity[]
beforeAll(async () => {
  const metadata = {
    openid_relying_party: { ...relyingParty.openid_relying_party, contacts: ['x@x.example'] },
  }
  members = await Promise.all(
    [1, 2, 3].map(() => startEntity({ metadata, authorityHints: [target.entityId] })),
  )
})
afterAll(async () => void (await Promise.all(members.map((member) => member.close()))))

const convertAll = (api: { url: string }, ...options: string[]) =>
  convertToJson('lighthouse', api.url, ...options)

test('takes members, policies, constraints, types and marks', async () => {
  const api = await serveLighthouse(recorded(anchor, members))
  const { document, notes } = await convertAll(api, '--anchor=edu')
  const [first, second, third] = members
  const fields = {
    forcedMetadata: null,
    metadataPolicy: null,
    constraints: null,
    additionalClaims: null,
    validFor: null,
  }
  expect(document).toMatchObject({
    anchor: 'edu',
    settings: {
      organizationName: 'Lighthouse',
      endpoints: ['RESOLVE'],
      authorityHints: ['https://superior.example'],
      trustMarkIssuers: { 'https://refeds.example/x': ['https://issuer.example'] },
      statementHours: 120,
      entityConfigurationHours: 24,
      constraints: { max_path_length: 1 },
    },
    metadataPolicy: essential(false),
    trustMarkTypes: [
      {
        ...{ type, description: 'Members in good standing', validFor: 24, owner: null },
        ...{ ref: 'https://lighthouse.example/ref', logoUri: null },
      },
    ],
  })
  const byId = (document.members as { entityId: string }[]).toSorted((a, b) =>
    a.entityId < b.entityId ? -1 : 1,
  )
  expect(document.members).toEqual(byId)
  const expected = [
    { entityId: first?.id, active: true, jwks: first?.keys, ...fields },
    {
      ...{
        entityId: second?.id,
        active: true,
        jwks: second?.keys,
        ...fields,
        metadataPolicy: essential(true),
      },
      forcedMetadata: { openid_relying_party: { client_name: 'Stated' } },
      additionalClaims: { policy_of: ['x'] },
    },
    { entityId: third?.id, active: false, jwks: third?.keys, ...fields, note: 'Left.' },
  ]
  expect(new Set(byId)).toEqual(new Set(expected))
  expect(new Set(document.trustMarks as object[])).toEqual(
    new Set([
      ...[
        { entityId: first?.id, level: 'low' },
        { entityId: second?.id, level: 'high' },
      ].map(({ entityId, level }) => ({
        ...{ entityId, trustMarkType: type, active: true, validFor: 24 },
        additionalClaims: { level, scheme: 'a' },
      })),
    ]),
  )
  expect(notes.trimEnd().split('\n')).toEqual([
    'Subordinates that wait for a decision, and are not in the file: 1.',
    'Subordinates that are blocked or inactive, and not active in the file: 1.',
    `Requests for Trust Marks of ${type} that wait, and are not in the file: 1.`,
  ])
  expect((await convertAll(api, '--anchor=edu')).document).toEqual(document)
})

test('an anchor with its keys that the file was applied to makes the same statements', async () => {
  const api = await serveLighthouse(recorded(target.entityId, members))
  const { document } = await convertAll(api)
  await apply(target, document)
  const [first, second, third] = members
  const payload = async (sub = '') => {
    const { iat: _iat, exp: _exp, ...claims } = decodeJwt(await (await target.get('/fetch', { sub })).text())
    return claims
  }
  const required = (member?: TestEntity) => ({
    ...{ iss: target.entityId, sub: member?.id, jwks: member?.keys },
    source_endpoint: `${target.entityId}/fetch`,
  })
  const constraints = { max_path_length: 1 }
  expect(await payload(first?.id)).toEqual({
    ...required(first),
    metadata_policy: essential(false),
    constraints,
  })
  expect(await payload(second?.id)).toEqual({
    ...required(second),
    metadata_policy: essential(true),
    constraints,
    metadata: { openid_relying_party: { client_name: 'Stated' } },
    policy_of: ['x'],
  })
  expect((await target.get('/fetch', { sub: third?.id ?? '' })).status).toBe(404)
  const mark = await (
    await target.get('/trust_mark', { trust_mark_type: type, sub: second?.id ?? '' })
  ).text()
  expect(decodeJwt(mark)).toMatchObject({ ref: 'https://lighthouse.example/ref', level: 'high', scheme: 'a' })
})
