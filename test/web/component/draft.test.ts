/** Tests the draft of a stored object: the user's input, and changes by other users. */
import { expect, test } from 'vitest'
import { Draft } from '#lib/form/draft.svelte.ts'

const stored = { version: 3, fields: { name: 'Ana', hours: '24', tags: ['a'] } }
const others = { version: 4, fields: { name: 'Ana', hours: '72', tags: ['b'] } }

function typed() {
  const draft = new Draft(stored)
  draft.fields.name = 'Ben'
  draft.fields.tags = ['c']
  return draft
}

test('keeps input separate from the stored values', () => {
  const draft = typed()
  expect(draft.changes).toEqual({ name: 'Ben', tags: ['c'] })
  expect(stored.fields).toEqual({ name: 'Ana', hours: '24', tags: ['a'] })
})

test('names changes by other users when the version differs', () => {
  const draft = typed()
  expect(draft.changedMeanwhile({ ...others, version: 3 })).toEqual([])
  expect(draft.changedMeanwhile(others)).toEqual(['hours', 'tags'])
})

test('rebases the input on the changes and the version of other users', () => {
  const draft = typed()
  draft.rebase(others)
  expect(draft.fields).toEqual({ name: 'Ben', hours: '72', tags: ['c'] })
  expect(draft.changes).toEqual({ name: 'Ben', tags: ['c'] })
  expect(draft.version).toBe(4)
  expect(draft.changedMeanwhile(others)).toEqual([])
})

test('discards the input', () => {
  const draft = typed()
  draft.reset(others)
  expect(draft.changed).toEqual([])
  expect(draft.fields).toEqual(others.fields)
})

test('restores the input and the values on which it is based', () => {
  const left = typed().capture()
  const draft = new Draft(others)
  draft.restore(left)
  expect(draft.version).toBe(3)
  expect(draft.changes).toEqual({ name: 'Ben', tags: ['c'] })
})
