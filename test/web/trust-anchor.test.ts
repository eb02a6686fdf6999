import { expect, test } from 'vitest'
import { endpointSettings } from '#lib/entity/endpoint.ts'
import { readClaims } from '#lib/jwt.ts'

test('lists every endpoint except fetch and list as optional', () => {
  const names = endpointSettings.filter(({ optional }) => !optional).map(({ name }) => name)
  expect(names).toEqual(['fetch', 'list'])
  expect(endpointSettings.map(({ optional }) => optional)).toContain('TRUST_MARK_STATUS')
})

test('reads claims from a JWT only', () => {
  const part = Buffer.from(JSON.stringify({ iss: 'https://ä.example' })).toString('base64url')
  expect(readClaims(`e30.${part}.x`)).toEqual({ iss: 'https://ä.example' })
  for (const text of ['', 'a', 'a.*.c', 'a.W10.c', '..']) expect(readClaims(text)).toBeUndefined()
})
