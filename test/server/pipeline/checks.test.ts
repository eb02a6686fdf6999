/** Tests what each check of a pipeline looks at. */
import { afterEach, describe, expect, it } from 'vitest'
import { signJwt } from '#core/jws.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { serve } from '#test/helpers/loopback.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { found, MARK, RP, startPipelineTest, WANTED } from './pipeline-test.ts'

const test = inFile(startPipelineTest)
afterEach(() => test.clear())

describe('the check', () => {
  it('ORGANIZATION_NAME compares without regard to case, in any language', async () => {
    await test.composeOne({ check: 'ORGANIZATION_NAME', onFailure: 'REFUSE' })
    const { id: entityId } = await test.leaf({
      organization_name: 'Lund University',
      'organization_name#sv': ' LUNDS  universitet',
    })
    expect(found(await test.submit({ entityId }), 'ORGANIZATION_NAME')).toMatchObject({ status: 'PASSED' })
  })

  it('ON_LIST knows entities, and tags of organizations without showing them', async () => {
    const { id: entityId } = await test.leaf()
    const onList = async (list: object) => {
      await test.composeOne({ check: 'ON_LIST', onFailure: 'REFUSE', ...list })
      const answer = await test.submit({ entityId })
      await test.withdrawRequests()
      return found(answer, 'ON_LIST')
    }
    expect(await onList({ entityIds: [entityId] })).toMatchObject({ status: 'PASSED' })
    expect(await onList({ tags: ['pilot'] })).toMatchObject({
      status: 'PASSED',
      message: 'Its organization is on the list.',
    })
    const refused = await onList({ entityIds: ['https://a.example'], tags: ['secret'] })
    expect(refused).toMatchObject({
      status: 'FAILED',
      message: 'Neither the entity nor its organization is on the list.',
    })
  })

  it('TRUST_MARKS_HELD counts marks that are issued here, all of them or one', async () => {
    const entity = await test.leaf()
    await test.admin.mutate('issueTrustMark', { trustMarkType: MARK, entityId: entity.id }, 'id')
    const held = async (requiresAll: boolean) => {
      await test.composeOne({ check: 'TRUST_MARKS_HELD', trustMarkTypes: [MARK, WANTED], requiresAll })
      const request = await test.submit({ entityId: entity.id })
      await test.withdrawRequests()
      return found(request, 'TRUST_MARKS_HELD')
    }
    expect(await held(false)).toMatchObject({ status: 'PASSED', message: `It holds ${MARK}.` })
    expect(await held(true)).toMatchObject({
      status: 'WARNING',
      message: `It holds no valid Trust Mark of type ${WANTED}.`,
    })
  })

  describe('OPENID_METADATA', () => {
    const check = { check: 'OPENID_METADATA', onFailure: 'REFUSE' }
    const keys = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] }

    it('does not apply to other entities', async () => {
      await test.compose({ entityType: 'federation_entity', checks: [check], approves: true })
      const { id: entityId } = await startLeaf(test.admin, { metadata: { federation_entity: {} } })
      expect(found(await test.submit({ entityId }), 'OPENID_METADATA')).toMatchObject({ status: 'SKIPPED' })
    })

    it('names what is missing', async () => {
      await test.composeOne(check)
      const { id: entityId } = await test.leaf({
        redirect_uris: ['https://rp.example/#part'],
        client_registration_types: [],
      })
      expect(found(await test.submit({ entityId }), 'OPENID_METADATA')).toMatchObject({
        status: 'FAILED',
        message: `${RP}.client_registration_types is missing. ${RP}.redirect_uris contains "https://rp.example/#part", which is no absolute URI without a fragment. ${RP} has no keys: it needs jwks, jwks_uri or signed_jwks_uri.`,
      })
    })

    it.each(['application/json', 'application/jwk-set+json'])('fetches keys as %s', async (type) => {
      await test.composeOne(check)
      const uri = await serve(
        (_request, response) =>
          void response.writeHead(200, { 'content-type': type }).end(JSON.stringify(keys)),
      )
      const { id: entityId } = await test.leaf({ jwks_uri: uri })
      expect(found(await test.submit({ entityId }), 'OPENID_METADATA')).toMatchObject({ status: 'PASSED' })
    })

    it.each([
      ['{"keys":[]}', 'contains no keys'],
      ['[]', 'contains no keys'],
      ['{', 'not valid JSON'],
    ])('refuses the key set %s', async (body, message) => {
      await test.composeOne(check)
      const uri = await serve(
        (_request, response) =>
          void response.writeHead(200, { 'content-type': 'application/json' }).end(body),
      )
      const { id: entityId } = await test.leaf({ jwks_uri: uri })
      expect(found(await test.submit({ entityId }), 'OPENID_METADATA')).toMatchObject({
        status: 'FAILED',
        message: expect.stringContaining(message),
      })
    })

    it('verifies signed keys with those of the entity', async () => {
      await test.composeOne(check)
      let jwt = ''
      const uri = await serve(
        (_request, response) =>
          void response.writeHead(200, { 'content-type': 'application/jwk-set+jwt' }).end(jwt),
      )
      const entity = await test.leaf({ signed_jwks_uri: uri })
      const claims = { iss: entity.id, sub: entity.id, ...keys }
      jwt = await signJwt(claims, { key: entity.key, typ: 'jwk-set+jwt' })
      expect(found(await test.submit({ entityId: entity.id }), 'OPENID_METADATA')).toMatchObject({
        status: 'PASSED',
      })
      for (const claim of ['iss', 'sub']) {
        await test.withdrawRequests()
        jwt = await signJwt(
          { ...claims, [claim]: 'https://else.example' },
          { key: entity.key, typ: 'jwk-set+jwt' },
        )
        expect(found(await test.submit({ entityId: entity.id }), 'OPENID_METADATA')).toMatchObject({
          status: 'FAILED',
          message: `The ${claim} of the JWT at ${RP}.signed_jwks_uri must be ${entity.id}, not "https://else.example".`,
        })
      }
      await test.withdrawRequests()
      const other = await test.leaf()
      jwt = await signJwt(claims, { key: other.key, typ: 'jwk-set+jwt' })
      expect(found(await test.submit({ entityId: entity.id }), 'OPENID_METADATA')).toMatchObject({
        status: 'FAILED',
      })
    })
  })
})
