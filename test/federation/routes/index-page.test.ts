import { expect, test } from 'vitest'
import { trustAnchorInFile } from '../trust-anchor.ts'

const ta = trustAnchorInFile()

test('shows that nothing is published yet', async () => {
  const answer = await ta.get('/')
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('No valid Entity Configuration')
  expect(answer.body).not.toContain('href="fetch')
})

test('shows the name, the identifier, the counts and live links', async () => {
  await ta.publishConfiguration()
  await ta.publishSubordinate({ id: 'https://rp.example' })
  await ta.issueTrustMark({ type: 'https://ta.example/member', subject: 'https://rp.example' })
  const { body, headers } = await ta.get('/')
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  expect(body).toContain('<h1>Example Federation</h1>')
  expect(body).toContain('0 providers, 1 relying party, 0 intermediates')
  const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, href]) => String(href).replaceAll('&amp;', '&'))
  expect(links).toContain('fetch?sub=https%3A%2F%2Frp.example')
  for (const link of links.filter((each) => !each.startsWith('resolve'))) {
    expect([link, (await ta.app.inject({ url: `/${link}` })).statusCode]).toEqual([link, 200])
  }
})

test('escapes the name of the federation', async () => {
  const name = '<script>alert("1")</script>'
  await ta.publishConfiguration({ metadata: { federation_entity: { organization_name: name } } })
  const { body } = await ta.get('/')
  expect(body).not.toContain('<script')
  expect(body).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
})

test('may load only its own style', async () => {
  const policy = String((await ta.get('/')).headers['content-security-policy'])
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]+=*'; /)
})
