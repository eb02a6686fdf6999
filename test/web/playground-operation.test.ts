/** Tests which operation of a text runs, and the sentences for texts that cannot run. */
import { expect, test } from 'vitest'
import { findOperation } from '#lib/playground/operation.ts'

const two = 'query First { viewer { username } }\nmutation Second { updateMail { __typename } }'

test.each([
  ['{ a b: c { d } }', 0, { kind: 'query', name: undefined, fields: ['a', 'c'] }],
  ['subscription S { changed { about } }', 0, { kind: 'subscription', name: 'S', fields: ['changed'] }],
  ['{ ...F ... on Query { b } } fragment F on Query { a }', 50, { kind: 'query', fields: ['…F', 'b'] }],
  ['# a comment\nquery A { a }', 0, { kind: 'query', name: 'A', fields: ['a'] }],
  [two, 0, { kind: 'query', name: 'First' }],
  [two, two.indexOf('\n'), { kind: 'query', name: 'First' }],
  [two, two.indexOf('mutation'), { kind: 'mutation', name: 'Second', fields: ['updateMail'] }],
  [two, two.length, { kind: 'mutation', name: 'Second' }],
])('of %j at %i it is %j', (text, offset, expected) => {
  expect(findOperation(text, offset).operation).toMatchObject(expected)
})

test.each([
  ['', 'Write a query, or choose a ready one.'],
  ['  \n', 'Write a query, or choose a ready one.'],
  ['{ a', 'The operation cannot be read in line 1, column 4: Expected Name, found <EOF>.'],
  ['query {\n  a(: 1)\n}', 'The operation cannot be read in line 2, column 5: Expected Name, found ":".'],
  ['fragment F on Query { a }', 'There is no operation to run. Write a query, or choose a ready one.'],
  [
    '{ a } mutation B { b }',
    'An operation without a name must be the only one. Name each, or remove the others.',
  ],
])('of %j it says %j', (text, sentence) => {
  expect(findOperation(text)).toEqual({ problem: sentence })
})
