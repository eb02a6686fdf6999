/** Tests what an export does first, and until when it says that all is written. */
import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPending, type Pending } from '#federation/export/pending.ts'

let now = 0
let pending: Pending
beforeEach(() => {
  now = 1_000
  pending = createPending(() => now)
  pending.all.take()
  pending.all.done()
})

/** At that time. */
function add(at: number, ...[change]: Parameters<Pending['add']>): void {
  now = at
  pending.add(change)
}
const takeEverything = () => {
  while (pending.takeObjects());
  while (pending.takeResponses().length > 0);
}

describe('objects', () => {
  it('are taken some at a time, each once, and then the responses about them', () => {
    for (let at = 0; at < 70; at++) pending.add({ kind: 'subordinate', id: `s${at}` })
    pending.add({ kind: 'subordinate', id: 's0' })
    pending.add({ kind: 'trust-mark', id: 's0' })
    expect(pending.takeObjects()).toMatchObject({ subordinates: { length: 50 }, subjects: ['s0'] })
    pending.dropResponses(['s0', 's1'])
    expect(pending.takeResponses()).toHaveLength(48)
    expect(pending.takeObjects()).toMatchObject({ subordinates: { length: 20 }, subjects: [] })
    expect(pending.takeObjects()).toBeNull()
    expect(pending.takeResponses()).toHaveLength(20)
    expect(pending.takeResponses()).toEqual([])
  })
})

describe('until when all is written', () => {
  it('is now, as long as nothing is pending', () => {
    now = 2_000
    expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 2_000 })
  })

  it('is the first change whose response is not written', () => {
    add(1_100, { kind: 'subordinate', id: 'first' })
    add(1_200, { kind: 'trust-mark', id: 'second' })
    add(1_300, { kind: 'subordinate', id: 'first' })
    now = 2_000
    expect(pending.writtenUntil()).toEqual({ files: 1_100, lists: 1_100 })
    pending.takeObjects()
    expect(pending.writtenUntil()).toMatchObject({ files: 1_100 })
    pending.takeResponses()
    expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 1_100 })
  })

  it('is, in lists, the first change since the last whole round of them began', () => {
    add(1_100, { kind: 'subordinate', id: 'first' })
    pending.lists.take()
    add(1_200, { kind: 'subordinate', id: 'second' })
    takeEverything()
    now = 2_000
    expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 1_100 })
    pending.lists.done()
    expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 1_200 })
    pending.lists.take()
    pending.lists.done()
    expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 2_000 })
  })

  it('is, in lists, the last crawl that was not written', () => {
    add(1_100, { kind: 'collection' })
    now = 2_000
    expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 1_100 })
  })

  it.each(['entity-configuration', 'historical-keys', 'all'] as const)(
    'is before %s, until everything was compared',
    (kind) => {
      add(1_100, { kind })
      expect(pending.all.take()).toBe(true)
      now = 2_000
      expect(pending.writtenUntil()).toEqual({ files: 1_100, lists: 1_100 })
      pending.all.done()
      expect(pending.writtenUntil()).toEqual({ files: 2_000, lists: 2_000 })
    },
  )
})

it('ends a wait that began before the addition, and not one after it', async () => {
  const before = pending.added()
  add(1_100, { kind: 'trust-mark', id: 'one' })
  await before
  const after = pending.added().then(() => 'added')
  expect(await Promise.race([after, setImmediate('nothing')])).toBe('nothing')
})
