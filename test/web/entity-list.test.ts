import { expect, test } from 'vitest'
import { csvLine } from '#lib/list/csv.ts'
import { readEntityList } from '#lib/subordinate/entity-list.ts'

const rp = 'https://rp.example.org'
const op = 'https://op.example.org'

test.each([
  ['one in a line', `${rp}\n\n  ${op}\r\n`],
  ['bare hosts and addresses of configurations', `rp.example.org\n${op}/.well-known/openid-federation`],
  ['the first column of a table with a heading', `entityId,displayName\n"${rp}","A, B"\n${op};x`],
])('%s', (_what, text) => {
  const annotations = new Map()
  expect(readEntityList(text)).toEqual({ entityIds: [rp, op], annotations, faults: [], repeated: 0 })
})

test('reports an invalid line with its number, and counts duplicates', () => {
  const { entityIds, faults, repeated } = readEntityList(`${rp}\nnobody\n${rp}`)
  expect({ entityIds, repeated }).toEqual({ entityIds: [rp], repeated: 1 })
  expect(faults).toEqual([{ line: 2, text: 'nobody', problem: expect.any(String) }])
})

test('accepts a heading in the first line only', () => {
  expect(readEntityList(`${rp}\nentity`).faults).toHaveLength(1)
})

test('reads note and tags of our export, with line breaks, quotes and separators', () => {
  const note = '=Ask "Ann", then;\n\nBob.'
  const text = csvLine(['entityId', 'displayName', 'tags', 'note'])
    .concat(csvLine([rp, 'One', 'pilot, Year 2026', note]))
    .concat(csvLine([op, 'Two; three', '', '']))
    .concat('nobody,,,\r\n')
  const { entityIds, annotations, faults } = readEntityList(text)
  expect(entityIds).toEqual([rp, op])
  expect([...annotations]).toEqual([[rp, { note, tags: ['pilot', 'Year 2026'] }]])
  expect(faults).toMatchObject([{ line: 6, text: 'nobody' }])
})

test('takes a quote that is never closed for a part of its line only', () => {
  const { entityIds, faults } = readEntityList(`${rp},"open\n"${op}\nhttps://x.example.org`)
  expect(entityIds).toEqual([rp, op, 'https://x.example.org'])
  expect(faults).toEqual([])
})

test('reads 100 000 lines', () => {
  const lines = Array.from({ length: 100_000 }, (_, at) => `https://rp${at}.example.org,"a ""b""",x`)
  expect(readEntityList(lines.join('\n')).entityIds).toHaveLength(100_000)
})
