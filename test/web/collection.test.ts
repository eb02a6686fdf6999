/** Tests the display information of an entity in the collection. */
import { expect, test } from 'vitest'
import { infoOf } from '#lib/collection/info.ts'

test('lists claims by type with their languages, and links web addresses only', () => {
  const [provider, ...others] = infoOf({
    openid_provider: {
      'display_name#sv': 'Bibliotek',
      logo_uri: 'https://op.example/logo.svg',
      policy_uri: 'javascript:alert(1)',
      keywords: ['books', 'loans'],
    },
  })
  expect(others).toEqual([])
  expect(provider).toEqual({
    type: 'openid_provider',
    label: 'OpenID Provider',
    claims: [
      { label: 'Name', language: 'sv', text: 'Bibliotek', isAddress: false },
      { label: 'Logo', text: 'https://op.example/logo.svg', isAddress: true },
      { label: 'Policy', text: 'javascript:alert(1)', isAddress: false },
      { label: 'Keywords', text: 'books, loans', isAddress: false },
    ],
  })
  expect(infoOf('rubbish')).toEqual([])
})
