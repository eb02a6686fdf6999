/** A draft of a stored thing: what was typed over it, and what becomes of that when others change the thing. */
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

test('names changes of others when the version differs', () => {
  const draft = typed()
  expect(draft.changedMeanwhile({ ...others, version: 3 })).toEqual([])
  expect(draft.changedMeanwhile(others)).toEqual(['hours', 'tags'])
})

test('rebases: their changes below, what was typed on top, and their version', () => {
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

test('comes back as it was left, still against what it began with', () => {
  const left = typed().capture()
  const draft = new Draft(others)
  draft.restore(left)
  expect(draft.version).toBe(3)
  expect(draft.changes).toEqual({ name: 'Ben', tags: ['c'] })
})
