/** Tests when a refusal of a form is over. */
import { expect, test } from 'vitest'
import { stands } from '#lib/form/standing.ts'

const refusal = { message: 'No.', path: ['validFor'] }

test.each<[title: string, sent: unknown, present: unknown, path: string[], expected: boolean]>([
  ['the same value', { validFor: '0' }, { validFor: '0' }, ['validFor'], true],
  ['another value', { validFor: '0' }, { validFor: '24' }, ['validFor'], false],
  [
    'another value of another field',
    { validFor: '0', note: '' },
    { validFor: '0', note: 'x' },
    ['validFor'],
    true,
  ],
  [
    'an entry of a list, which may have another place now',
    { contacts: ['a', 'b'] },
    { contacts: ['b'] },
    ['contacts', '1'],
    true,
  ],
  ['no field of the form', { validFor: '0' }, { validFor: '1' }, ['version'], true],
  ['a text alone', 'before', 'after', ['text'], true],
])('%s', (_title, sent, present, path, expected) => {
  expect(stands({ ...refusal, path }, sent, present)).toBe(expected)
})
