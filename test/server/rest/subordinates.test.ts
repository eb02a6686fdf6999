/** Tests the REST API for subordinates, and the Subordinate Statements it publishes. */
import { expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { restInFile } from '#test/helpers/rest.ts'
import { servedStatement, startLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const rest = restInFile(admin)

const registration = (entityid: string, fields: object = {}) => ({
  entityid,
  metadata: relyingParty,
  forced_metadata: {},
  ...fields,
})

test('registers an entity with the fields of inmor, and answers a second time with 409', async () => {
  const leaf = await startLeaf(admin)
  const body = registration(leaf.id, { jwks: leaf.keys, valid_for: 24, additional_claims: { example: 1 } })
  const created = await rest.call('POST', '/subordinates', body, 'operator')
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    entityid: leaf.id,
    metadata: relyingParty,
    jwks: leaf.keys,
    required_trustmarks: null,
    valid_for: 24,
    autorenew: true,
    active: true,
    additional_claims: { example: 1 },
  })
  expect(await servedStatement(admin, leaf.id)).toMatchObject({ sub: leaf.id, example: 1 })

  const again = await rest.call('POST', '/subordinates', registration(leaf.id))
  expect(again).toEqual({ status: 409, body: created.body })
  const found = await rest.call('GET', `/subordinates/${created.body.id}`, undefined, 'viewer')
  expect(found).toEqual({ status: 200, body: created.body })
  expect((await rest.call('GET', '/subordinates')).body.items).toContainEqual(created.body)
})

test('changes in part, deactivates and reactivates', async () => {
  const leaf = await startLeaf(admin)
  const { body: created } = await rest.call('POST', '/subordinates', registration(leaf.id))
  const path = `/subordinates/${created.id}`
  const forced = { openid_relying_party: { application_type: 'web' } }
  const off = await rest.call('POST', path, { forced_metadata: forced, jwks: null, active: false })
  expect(off.body).toMatchObject({ forced_metadata: forced, jwks: leaf.keys, active: false, autorenew: true })
  expect(await servedStatement(admin, leaf.id)).toBe(404)
  const on = await rest.call('POST', path, { active: true })
  expect(on.body).toMatchObject({ forced_metadata: forced, active: true })
  expect(await servedStatement(admin, leaf.id)).toMatchObject({ metadata: forced })
})

test('clears fields that are null, and keeps the published keys', async () => {
  const leaf = await startLeaf(admin)
  const byHand = { openid_relying_party: { client_name: 'By hand' } }
  const jwks = { keys: [...leaf.keys.keys, toPublicJwk(await generateSigningKey('ES256'))] }
  const fields = { metadata: byHand, jwks, valid_for: 24, autorenew: false }
  const { body: created } = await rest.call('POST', '/subordinates', registration(leaf.id, fields))
  expect(created).toMatchObject(fields)
  const cleared = await rest.call('POST', `/subordinates/${created.id}`, {
    metadata: null,
    jwks: null,
    valid_for: null,
    autorenew: null,
  })
  expect(cleared.body).toMatchObject({
    metadata: relyingParty,
    jwks,
    valid_for: null,
    autorenew: true,
  })
})

test('renews, or reports why not and keeps the statement', async () => {
  const leaf = await startLeaf(admin)
  const { body: created } = await rest.call('POST', '/subordinates', registration(leaf.id))
  const path = `/subordinates/${created.id}/renew`
  expect((await rest.call('POST', path)).status).toBe(200)
  leaf.misbehave('rubbish')
  const refused = await rest.call('POST', path)
  expect(refused).toMatchObject({ status: 400, body: { id: created.id } })
  expect(await servedStatement(admin, leaf.id)).toMatchObject({ sub: leaf.id })
})

test('requires the Trust Mark of an entity for its registration', async () => {
  const leaf = await startLeaf(admin)
  const tmtype = 'https://ta.example.org/marks/member'
  const { body: type } = await rest.call('POST', '/trustmarktypes', { tmtype })
  const body = registration(leaf.id, { required_trustmarks: `${tmtype}, ` })
  const refused = await rest.call('POST', '/subordinates', body)
  expect(refused.status).toBe(400)
  expect(refused.body.message).toContain(tmtype)
  await rest.call('POST', '/trustmarks', { tmt: type.id, domain: leaf.id })
  const created = await rest.call('POST', '/subordinates', body)
  expect(created).toMatchObject({ status: 201, body: { required_trustmarks: tmtype } })
})

test('fetches a configuration without registering anything', async () => {
  const leaf = await startLeaf(admin)
  const fetched = await rest.call('POST', '/subordinates/fetch-config', { url: leaf.id }, 'viewer')
  expect(fetched).toEqual({
    status: 200,
    body: {
      metadata: relyingParty,
      jwks: leaf.keys,
      authority_hints: [admin.entityId],
      trust_marks: null,
    },
  })
  leaf.misbehave('rubbish')
  const failed = await rest.call('POST', '/subordinates/fetch-config', { url: leaf.id })
  expect(failed.status).toBe(400)
  expect(await servedStatement(admin, leaf.id)).toBe(404)
})

test('refuses an entity that does not name this Trust Anchor, and the anchor itself', async () => {
  const stray = await startLeaf(admin, { authorityHints: ['https://other.example.org'] })
  const refused = await rest.call('POST', '/subordinates', registration(stray.id))
  expect(refused.status).toBe(400)
  expect(refused.body.message).toContain(`The entity must add ${admin.entityId}`)
  const itself = await rest.call('POST', '/subordinates', registration(admin.entityId))
  expect(itself).toEqual({
    status: 409,
    body: { message: 'The Trust Anchor cannot be its own subordinate.', id: 0 },
  })
})
