/** Tests that an Intermediate asks its superior to fetch new keys, where the superior offers that. */
import { text } from 'node:stream/consumers'
import { beforeAll, expect, it } from 'vitest'
import { parseClientAssertion } from '#federation/client/assertion.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { serve } from '#test/helpers/loopback.ts'
import { eventually } from '#test/helpers/product.ts'

const admin = adminInFile()
const superior = inFile(startEntity)
beforeAll(async () => {
  adopt()
  await admin.mutate('updateTrustAnchor', { authorityHints: [superior.id] }, 'version', 'admin')
})

const current = () => admin.server.anchors.first.signingKeys.current()
const published = () => current().published
const adopt = () => superior.adopt({ id: admin.entityId, keys: { keys: [...published().keys] }, options: {} })
const check = () => admin.server.services.superiors.check()

/** Its Entity Configuration names an endpoint that answers with this status. Returns the forms that it gets. */
async function offer(status: number, further: object = {}): Promise<URLSearchParams[]> {
  const forms: URLSearchParams[] = []
  const url = await serve(async (request, response) => {
    forms.push(new URLSearchParams(await text(request)))
    response.writeHead(status).end()
  })
  const endpoint = { federation_jwks_update_trigger_endpoint: url }
  superior.options.metadata = { federation_entity: { ...endpoint, ...further } }
  return forms
}

it('asks as soon as its keys are others, and again while the superior has the old ones', async () => {
  const forms = await offer(202)
  expect(await check()).toMatchObject([{ entityId: superior.id, notice: null }])
  expect(forms).toEqual([])
  const { kid } = await admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin')
  await eventually(() => expect(forms.length).toBeGreaterThan(0))
  expect(Object.fromEntries(forms[0] ?? [])).toEqual({ sub: admin.entityId })
  const before = forms.length
  const notice = `${superior.id} was asked to fetch the keys of this anchor.`
  expect(await check()).toMatchObject([{ notice, row: { lastError: null } }])
  expect(forms).toHaveLength(before + 1)
  adopt()
  expect(published().keys.map((key) => key.kid)).toContain(kid)
  expect(await check()).toMatchObject([{ notice: null }])
  expect(forms).toHaveLength(before + 1)
})

it('asks nothing of a superior that offers nothing', async () => {
  superior.adopt({ id: admin.entityId, keys: { keys: published().keys.slice(0, 1) }, options: {} })
  superior.options.metadata = {}
  expect(await check()).toMatchObject([{ notice: null, row: { lastError: null } }])
})

it('authenticates with its key where the superior knows that', async () => {
  const forms = await offer(202, {
    federation_jwks_update_trigger_endpoint_auth_methods: ['private_key_jwt'],
  })
  await check()
  const options = { audience: superior.id, allowHttp: true, now: Math.floor(Date.now() / 1000) }
  const assertion = parseClientAssertion(forms[0]?.get('client_assertion') ?? '', options)
  expect(assertion).toMatchObject({
    client: admin.entityId,
    header: { kid: current().signer.kid },
  })
  expect(forms[0]?.get('client_assertion_type')).toContain('jwt-bearer')
})

it('says when the superior refuses, or cannot be asked, and asks again at the next check', async () => {
  const forms = await offer(429)
  const notice = `${superior.id} answers 429 when it is asked to fetch the keys of this anchor.`
  for (let time = 1; time <= 2; time++) {
    expect(await check()).toMatchObject([{ notice, row: { lastError: null } }])
    expect(forms).toHaveLength(time)
  }
  superior.options.metadata = {
    federation_entity: { federation_jwks_update_trigger_endpoint: 'ftp://superior.example' },
  }
  expect(await check()).toMatchObject([{ notice: expect.stringContaining('cannot be asked to fetch') }])
})
