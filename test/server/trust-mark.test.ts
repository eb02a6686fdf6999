/** Trust Marks from the mutation to the public endpoints (§7, §8.4, §8.5, §8.6). */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'

let admin: TestAdmin

beforeAll(async () => {
  admin = await startAdmin()
})
afterAll(() => admin.close())

const subject = 'https://rp.example.org'
let counter = 0

/** A type of its own for each test, with a mark of it. */
async function issue(input: object = {}) {
  const type = `https://ta.example.org/marks/${counter++}`
  await admin.mutate('createTrustMarkType', { type }, 'id')
  const mark = await admin.mutate(
    'issueTrustMark',
    { trustMarkType: type, entityId: subject, ...input },
    'id mark { jwt }',
  )
  return { type, id: mark.id, jwt: mark.mark.jwt }
}

const serve = (type: string) => admin.get('/trust_mark', { trust_mark_type: type, sub: subject })

async function statusOf(jwt: string): Promise<unknown> {
  const body = new URLSearchParams({ trust_mark: jwt })
  const response = await fetch(`${admin.entityId}/trust_mark_status`, { method: 'POST', body })
  return response.ok ? decodeJwt(await response.text()).status : response.status
}

it('serves an issued mark with its type, subject and validity', async () => {
  const { type, jwt } = await issue({ validFor: 24 })
  const response = await serve(type)
  expect(response.headers.get('content-type')).toBe('application/trust-mark+jwt')
  expect(await response.text()).toBe(jwt)
  expect(decodeProtectedHeader(jwt).typ).toBe('trust-mark+jwt')
  const claims = decodeJwt(jwt)
  expect(claims).toMatchObject({ iss: admin.entityId, sub: subject, trust_mark_type: type })
  expect(Number(claims.exp) - Number(claims.iat)).toBe(24 * 3600)
  expect(await (await admin.get('/trust_mark_list', { trust_mark_type: type })).json()).toEqual([subject])
})
