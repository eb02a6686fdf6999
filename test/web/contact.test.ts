/** Tests which contacts of an entity become links: it publishes them as any text. */
import { expect, test } from 'vitest'
import { mailLink } from '#lib/subordinate/contact.ts'

test.each([
  ['ops@example.org', 'mailto:ops@example.org'],
  ['mailto:ops@example.org', 'mailto:ops@example.org'],
  ['Ann.O’Hara+fed@sub.example.co', undefined],
  ["ann.o'hara+fed@sub.example.co", "mailto:ann.o'hara%2Bfed@sub.example.co"],
  ['jürgen@example.org', 'mailto:j%C3%BCrgen@example.org'],
])('links %s', (contact, link) => {
  expect(mailLink(contact)).toBe(link)
})

test.each([
  '',
  '+46 8 123 456',
  'https://example.org/contact',
  'javascript:alert(1)@example.org',
  'ops@example.org?bcc=all@evil.example',
  'ops@example.org,evil@evil.example',
  'ops@example.org\nbcc: evil@evil.example',
  'Ops <ops@example.org>',
  'ops@example',
  'ops@-x.example',
  'ops@exa mple.org',
  '<script>@example.org',
  `${'a'.repeat(64)}@${'b'.repeat(200)}.example`,
  `${'a'.repeat(65)}@example.org`,
  `a@${'a.'.repeat(50_000)}`,
])('shows %j as text', (contact) => {
  expect(mailLink(contact)).toBeUndefined()
})
