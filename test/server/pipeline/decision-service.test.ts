/** Tests decisions by a service of the federation: what it gets, and what its answers lead to. */
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { relyingParty } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { serve } from '#test/helpers/loopback.ts'
import { verifiedByAnchor } from '#test/helpers/subordinate.ts'
import { found, startPipelineTest } from './pipeline-test.ts'

const test = inFile(startPipelineTest)
afterEach(() => test.clear())

describe('a decision service', () => {
  const ask = (url: string) => test.composeOne({ check: 'DECISION_SERVICE', url, onFailure: 'REFUSE' })

  it('gets a signed request, and its answer decides', async () => {
    const received: string[] = []
    let answer = { passed: false, message: 'Your  contract\nhas ended.' }
    const url = await serve(async (request, response) => {
      expect(request.headers['content-type']).toBe('application/jwt')
      received.push(await text(request))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
    await ask(`${url}/check`)
    const { id: entityId } = await test.leaf()
    expect(await test.submit({ entityId })).toMatchObject({
      code: 'ENTITY_REJECTED',
      message: 'Your contract has ended.',
    })
    expect(await verifiedByAnchor(test.admin, received[0] ?? '', 'check-request+jwt')).toEqual({
      iss: test.admin.entityId,
      aud: `${url}/check`,
      sub: entityId,
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
      kind: 'REGISTER',
      metadata: relyingParty,
      organization: { name: 'Lunds universitet' },
    })
    answer = { passed: true, message: '' }
    expect(found(await test.submit({ entityId }), 'DECISION_SERVICE')).toMatchObject({
      status: 'PASSED',
      message: 'The service agrees.',
    })
    const ids = received.map((jwt) => decodeJwt(jwt).jti)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(1)
  })

  it.each([
    [(body: string) => ({ status: 200, body }), 'no JSON', 'sent an answer that is not understood'],
    [(body: string) => ({ status: 200, body }), '{"passed":"yes"}', 'sent an answer that is not understood'],
    [(body: string) => ({ status: 200, body }), ' '.repeat(20_000), 'sent a longer answer than is allowed'],
    [(body: string) => ({ status: 503, body }), '', 'answered with the HTTP status 503'],
    [(body: string) => ({ status: 302, body }), '', 'could not be asked'],
  ])(
    'that fails (%#) does not pass, and its address stays with the operators',
    async (make, body, message) => {
      const url = await serve((_request, response) => {
        const { status, body: content } = make(body)
        response.writeHead(status, { location: 'http://127.0.0.1:9/private' }).end(content)
      })
      await ask(`${url}/hidden`)
      const { id: entityId } = await test.leaf()
      const refused = await test.submit({ entityId })
      expect(refused).toMatchObject({ code: 'ENTITY_REJECTED', message: `The service ${message}.` })
      expect(JSON.stringify(refused)).not.toMatch(/hidden|private/)
    },
  )
})
