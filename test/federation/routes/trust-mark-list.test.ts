import { beforeAll, expect, test } from 'vitest'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

const trust_mark_type = 'https://ta.example/marks/member'

const ta = trustAnchorInFile()
beforeAll(async () => {
  await ta.publishConfiguration()
  for (const name of ['b', 'a']) {
    await ta.issueTrustMark({
      type: trust_mark_type,
      subject: `https://${name}.example`,
      exp: ta.now() + 600,
    })
  }
  await ta.issueTrustMark({
    type: trust_mark_type,
    subject: 'https://late.example',
    exp: ta.now() - 1,
    issuedAt: ta.now() - 60,
  })
  const subject = 'https://former.example'
  const revoked = await ta.issueTrustMark({ type: trust_mark_type, subject })
  await ta.revokeTrustMark(revoked, { type: trust_mark_type, subject })
})

test('lists the holders of a valid mark of the type (§8.5.2)', { tags: '8.5.2/response' }, async () => {
  const answer = await ta.get('/trust_mark_list', { trust_mark_type })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json()).toEqual(['https://a.example', 'https://b.example'])
})

eachRow([
  proves(['https://a.example', ['https://a.example']], '8.5.1/request'),
  ['https://late.example', []],
  ['https://nobody.example', []],
])('is filtered to the subject %s', async (sub, expected) => {
  expect((await ta.get('/trust_mark_list', { trust_mark_type, sub })).json()).toEqual(expected)
})

test('is empty for a type without issued marks', async () => {
  expect((await ta.get('/trust_mark_list', { trust_mark_type: 'https://other.example' })).json()).toEqual([])
})

test('requires the type, and a valid subject', { tags: '8.5.1/request' }, async () => {
  expect((await ta.get('/trust_mark_list')).statusCode).toBe(400)
  expect((await ta.get('/trust_mark_list', { trust_mark_type, sub: 'hello' })).statusCode).toBe(400)
})

test('omits a holder from the second in which the mark expires', { tags: '8.5.2/response' }, async () => {
  ta.clock.ahead = 601
  expect((await ta.get('/trust_mark_list', { trust_mark_type })).json()).toEqual([])
  ta.clock.ahead = 0
})
