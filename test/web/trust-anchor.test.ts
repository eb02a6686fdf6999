import { expect, test } from 'vitest'
import { endpointSettings } from '#lib/entity/endpoint.ts'
import { readClaims } from '#lib/jwt.ts'

test('every endpoint but fetch and list can be left out', () => {
  const names = endpointSettings.filter(({ optional }) => !optional).map(({ name }) => name)
  expect(names).toEqual(['fetch', 'list'])
  expect(endpointSettings.map(({ optional }) => optional)).toContain('TRUST_MARK_STATUS')
})

test('claims are read from a JWT, and from nothing else', () => {
  const part = Buffer.from(JSON.stringify({ iss: 'https://ä.example' })).toString('base64url')
  expect(readClaims(`e30.${part}.x`)).toEqual({ iss: 'https://ä.example' })
  for (const text of ['', 'a', 'a.*.c', 'a.W10.c', '..']) expect(readClaims(text)).toBeUndefined()
})
