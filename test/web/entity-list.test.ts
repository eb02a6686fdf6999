import { expect, test } from 'vitest'
import { readEntityList } from '#lib/subordinate/entity-list.ts'

const rp = 'https://rp.example.org'
const op = 'https://op.example.org'

test.each([
  ['one in a line', `${rp}\n\n  ${op}\r\n`],
  ['bare hosts and addresses of configurations', `rp.example.org\n${op}/.well-known/openid-federation`],
  ['the first column of a table with a heading', `entityId,displayName\n"${rp}","A, B"\n${op};x`],
])('%s', (_what, text) => {
  expect(readEntityList(text)).toEqual({ entityIds: [rp, op], faults: [], repeated: 0 })
})

test('reports an invalid line with its number, and counts duplicates', () => {
  const { entityIds, faults, repeated } = readEntityList(`${rp}\nnobody\n${rp}`)
  expect({ entityIds, repeated }).toEqual({ entityIds: [rp], repeated: 1 })
  expect(faults).toEqual([{ line: 2, text: 'nobody', problem: expect.any(String) }])
})

test('accepts a heading in the first line only', () => {
  expect(readEntityList(`${rp}\nentity`).faults).toHaveLength(1)
})
