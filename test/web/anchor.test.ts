/** Tests what the console says about anchors: names, alerts, suggested slugs, and examples for proxies. */
import { describe, expect, test } from 'vitest'
import { alertsInWords, nameOf, onlySlug, superiorsOf } from '#lib/anchor/anchor.ts'
import { caddyExample, formOf, nginxExample } from '#lib/anchor/proxy.ts'
import { suggestSlug } from '#lib/anchor/slug.ts'
import { isSlug } from '#store/anchors.ts'

test('is called by its name, or else by its identifier', () => {
  expect(nameOf({ displayName: 'Test', entityId: 'https://ta.example.org' })).toBe('Test')
  expect(nameOf({ displayName: null, entityId: 'https://ta.example.org' })).toBe('ta.example.org')
})

test('is an Intermediate under the anchors that its authority hints name', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ entityId: `https://${host}.example.org` }))
  const authorityHints = [c?.entityId ?? '', 'https://elsewhere.example.org', a?.entityId ?? '']
  expect(
    superiorsOf(
      { authorityHints },
      [a, b, c].flatMap((anchor) => anchor ?? []),
    ),
  ).toEqual([a, c])
  expect(superiorsOf({ authorityHints: [] }, [{ entityId: 'https://a.example.org' }])).toEqual([])
})

test('is chosen beforehand where it is the only one', () => {
  expect(onlySlug([])).toBe('')
  expect(onlySlug([{ slug: 'test' }])).toBe('test')
  expect(onlySlug([{ slug: 'test' }, { slug: 'main' }])).toBe('')
})

const alert = (severity: 'CRITICAL' | 'WARNING', username?: string) => ({
  severity,
  acknowledgedBy: username === undefined ? null : { username },
  snoozedUntil: null,
})

test.each([
  [[], 'success', 'No alerts'],
  [[alert('WARNING', 'anna')], 'success', 'No alerts'],
  [[alert('WARNING')], 'warning', '1 warning'],
  [[alert('CRITICAL'), alert('WARNING'), alert('WARNING')], 'error', '1 critical, 2 warnings'],
] as const)('counts alerts that wait: %o', (alerts, tone, label) =>
  expect(alertsInWords(alerts)).toEqual({ tone, label }),
)

test.each([
  ['https://test.example.org', 'test'],
  ['https://ta.example.org/edu/Health_Care/', 'health-care'],
  ['http://127.0.0.1:8080/edu', 'edu'],
  [`https://ta.example.org/${'a'.repeat(31)}-b`, 'a'.repeat(31)],
])('suggests for %s the slug %s', (entityId, slug) => {
  expect(suggestSlug(entityId)).toBe(slug)
  expect(isSlug(slug)).toBe(true)
})

test('suggests nothing before there is an identifier', () => expect(suggestSlug('https://')).toBe(''))

describe('the example for a proxy', () => {
  test('of a host is a server of its own', () => {
    const id = 'https://test.example.org'
    expect(formOf(id)).toBe('host')
    expect(nginxExample(id)).toMatch(/^server \{.*server_name test\.example\.org;.*location \/ \{.*\n\}$/s)
    expect(caddyExample(id)).toBe('test.example.org {\n  reverse_proxy 127.0.0.1:8080\n}')
  })

  test('of a path is a location in the server of its host', () => {
    const id = 'https://ta.example.org:8443/edu/'
    expect(formOf(id)).toBe('path')
    expect(nginxExample(id)).toMatch(/^# In the server block of ta\.example\.org:\nlocation \/edu\/ \{/)
    expect(caddyExample(id)).toBe('ta.example.org:8443 {\n  reverse_proxy /edu/* 127.0.0.1:8080\n}')
  })
})
