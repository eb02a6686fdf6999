/** `inmor convert federation` of anchors that are not ours: some endpoints are missing, and statements are made otherwise. */
import { expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { buildDelegation } from '#core/trust-mark/index.ts'
import { answer } from '#test/helpers/fault.ts'
import { type BareAnchor, DAY, lifeOf, sendJson, serveBareAnchor } from './bare-anchor.ts'
import { convertToJson, refusalOf } from './convert.ts'

const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example']
const type = 'https://ta.example/marks/member'

async function serveAnchor(members: unknown[] = [a, b, c]): Promise<BareAnchor> {
  const anchor = await serveBareAnchor()
  return Object.assign(anchor, { members })
}

/** What is said beyond the keys. */
const notesAfterKeys = (notes: string) => notes.trimEnd().split('\n').slice(2)

/** The anchor issues marks of the type to `holders`. */
function issueMarks(
  anchor: BareAnchor,
  holders: string[],
  claims: (sub: string) => object = () => ({}),
): void {
  anchor.configuration = { trust_mark_issuers: { [type]: [anchor.id, 'https://issuer.example'] } }
  anchor.entity = {
    ...anchor.entity,
    federation_trust_mark_list_endpoint: `${anchor.id}/holders?of=all`,
    federation_trust_mark_endpoint: `${anchor.id}/mark`,
  }
  anchor.answers['/holders'] = (response, url) =>
    sendJson(response, url.searchParams.get('trust_mark_type') === type ? holders : [])
  anchor.answers['/mark'] = async (response, url) => {
    const sub = url.searchParams.get('sub') ?? ''
    const required = { iss: anchor.id, sub, trust_mark_type: type, ...lifeOf(30 * DAY) }
    answer(
      response,
      await anchor.sign({ ...required, ...claims(sub) }, 'trust-mark+jwt'),
      'application/trust-mark+jwt',
    )
  }
}

test('an anchor with a list and statements alone', async () => {
  const anchor = await serveAnchor([c, a, b, a])
  anchor.configuration = {
    authority_hints: ['https://superior.example'],
    trust_mark_issuers: { [type]: [anchor.id] },
  }
  anchor.entity = {
    ...anchor.entity,
    organization_name: 'Foreign',
    federation_other_endpoint: `${anchor.id}/other`,
  }
  const life = lifeOf(600_000)
  anchor.stated = () => life
  const { document, notes } = await convertToJson('federation', anchor.id)
  expect(document).toMatchObject({
    settings: {
      organizationName: 'Foreign',
      organization: {},
      endpoints: [],
      authorityHints: ['https://superior.example'],
      trustMarkIssuers: {},
      statementHours: 167,
      entityConfigurationHours: 24,
    },
    metadataPolicy: {},
    trustMarkTypes: [{ type, active: true, owner: null }],
  })
  const nothing = {
    forcedMetadata: null,
    metadataPolicy: null,
    constraints: null,
    additionalClaims: null,
    validFor: null,
  }
  const members = [a, b, c].map((entityId) => ({
    entityId,
    active: true,
    jwks: expect.any(Object),
    ...nothing,
  }))
  expect(document.members).toEqual(members)
  expect(document.trustMarks).toBeUndefined()
  expect(notesAfterKeys(notes)).toEqual([
    'The anchor names no federation_trust_mark_list_endpoint that answers anyone: the file has its Trust Mark types without their marks.',
  ])
})

test('leaves out operators that are not known, and says so', async () => {
  const anchor = await serveAnchor()
  const policy = { openid_provider: { scope: { subset_of: ['a'], except: ['b'] }, x: { except: ['c'] } } }
  anchor.stated = () => ({ metadata_policy: policy })
  const { document, notes } = await convertToJson('federation', anchor.id)
  expect(document.metadataPolicy).toEqual({ openid_provider: { scope: { subset_of: ['a'] } } })
  expect(notesAfterKeys(notes)).toEqual([
    'Policies have operators that are not known, which the file leaves out: except.',
  ])
})

test('statements that are longer than a new installation allows raise its maximum', async () => {
  const anchor = await serveAnchor()
  anchor.stated = (subject) => lifeOf(subject === b ? 500 * DAY : 10 * DAY)
  const { document } = await convertToJson('federation', anchor.id)
  expect(document.settings).toMatchObject({ statementHours: 240, maximumStatementHours: 12_000 })
  expect(document.members).toMatchObject([
    { validFor: null },
    { entityId: b, validFor: 12_000 },
    { validFor: null },
  ])
})

test('a statement that ends with its keys says nothing about its validity', async () => {
  const anchor = await serveAnchor([a, b])
  const { exp, ...life } = lifeOf(DAY)
  const [key] = anchor.keys.keys
  const ending = { jwks: { keys: [{ ...key, exp }] }, ...life, exp }
  anchor.stated = (subject) => (subject === b ? ending : lifeOf(2 * DAY))
  const { document } = await convertToJson('federation', anchor.id)
  expect(document.settings).toMatchObject({ statementHours: 48 })
  expect(document.members).toMatchObject([{ validFor: null }, { jwks: ending.jwks }])
  expect(document.members).not.toHaveProperty('1.validFor')
})

test('Trust Marks with what they have in common', async () => {
  const anchor = await serveAnchor()
  const links = { ref: 'https://ta.example/ref', logo_uri: 'https://ta.example/logo.png' }
  issueMarks(anchor, [b, a, c], (sub) => ({
    ...links,
    ...(sub === b ? { level: 'high', status: { other: 1 } } : {}),
    ...(sub === c ? { exp: undefined } : {}),
  }))
  const { document, notes } = await convertToJson('federation', anchor.id)
  expect(document.settings).toMatchObject({ trustMarkIssuers: { [type]: ['https://issuer.example'] } })
  expect(document.trustMarkTypes).toEqual([
    {
      type,
      active: true,
      validFor: 720,
      owner: null,
      ref: links.ref,
      logoUri: links.logo_uri,
      statusList: false,
    },
  ])
  const mark = { trustMarkType: type, active: true, additionalClaims: null }
  expect(document.trustMarks).toEqual([
    { ...mark, entityId: a, validFor: 720 },
    { ...mark, entityId: b, validFor: 720, additionalClaims: { level: 'high', status: { other: 1 } } },
    { ...mark, entityId: c },
  ])
  expect(notesAfterKeys(notes)).toEqual([
    `Trust Marks of ${type} never expire. In the file they have the default validity.`,
  ])
})

test.for(['the anchor', 'another entity'])('marks of a type that %s owns', async (who) => {
  const anchor = await serveAnchor()
  const isOwn = who === 'the anchor'
  const sub = isOwn ? anchor.id : 'https://owner.example'
  const key = isOwn ? undefined : await generateSigningKey('ES256')
  const owner = { sub, jwks: key ? { keys: [toPublicJwk(key)] } : anchor.keys }
  const life = lifeOf(10 * DAY)
  const claims = buildDelegation({ owner: sub, issuer: anchor.id, type, ...life })
  const delegation = await anchor.sign(claims, 'trust-mark-delegation+jwt', key)
  issueMarks(anchor, [a], () => ({ ...life, delegation }))
  Object.assign(anchor.configuration, { trust_mark_owners: { [type]: owner } })
  const { document } = await convertToJson('federation', anchor.id)
  expect(document.settings).toMatchObject({ trustMarkOwners: {} })
  expect(document.trustMarkTypes).toMatchObject([{ type, owner }])
  // The mark ends with its delegation, so that its validity is not known.
  const mark = { entityId: a, trustMarkType: type, active: true, additionalClaims: null }
  expect(document.trustMarks).toEqual([isOwn ? mark : { ...mark, delegation }])
})

test('a mark that the anchor did not issue is a fault of the source', async () => {
  const anchor = await serveAnchor()
  issueMarks(anchor, [a], () => ({ sub: b }))
  expect(await refusalOf('federation', anchor.id)).toMatch(
    /\nhttp:\S+\/mark\?trust_mark_type=\S+&sub=https%3A%2F%2Fa\.example: The Trust Mark \S.*\n$/,
  )
})

test('Trust Marks that are listed and not served have no terms', async () => {
  const anchor = await serveAnchor()
  issueMarks(anchor, [a])
  const { federation_trust_mark_endpoint: _none, ...entity } = anchor.entity
  anchor.entity = entity
  const { document, notes } = await convertToJson('federation', anchor.id)
  expect(document.trustMarks).toEqual([{ entityId: a, trustMarkType: type, active: true }])
  expect(notesAfterKeys(notes)).toEqual([
    'The anchor names no federation_trust_mark_endpoint that answers anyone: the terms and claims of its Trust Marks are those of a new type.',
  ])
})

test('a type that anyone may issue is the anchor’s if it has marks of it', async () => {
  const anchor = await serveAnchor()
  issueMarks(anchor, [a])
  const unused = 'https://ta.example/marks/unused'
  anchor.configuration = { trust_mark_issuers: { [type]: [], [unused]: [] } }
  const { document } = await convertToJson('federation', anchor.id)
  expect(document.settings).toMatchObject({ trustMarkIssuers: { [type]: [], [unused]: [] } })
  expect(document.trustMarkTypes).toMatchObject([{ type }])
})
