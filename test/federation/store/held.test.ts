import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHeld, type Held } from '#store/held.ts'

type Value = { text: string | null }

let stored: Record<string, string>
let loads: string[]
let isAnnounced: boolean
let sure: number
let held: Held<Value>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  stored = { a: 'one', b: 'two' }
  loads = []
  isAnnounced = true
  sure = -Infinity
  held = createHeld<Value>({
    load: async (key) => {
      loads.push(key)
      return { text: stored[key] ?? null }
    },
    isSame: (one, other) => one.text === other.text,
    isAbsent: ({ text }) => text === null,
    sizeOf: ({ text }) => text?.length ?? 0,
    maxSize: 10_000,
    isAnnounced: () => isAnnounced,
    lastSure: () => sure,
  })
})
afterEach(() => vi.useRealTimers())

const wait = (seconds: number) => vi.advanceTimersByTime(seconds * 1000)

test('loads once for concurrent reads, and holds what is absent', async () => {
  const [first, second] = await Promise.all([held.get('a'), held.get('a')])
  expect(first).toBe(second)
  expect(await held.get('none')).toEqual({ text: null })
  expect(await held.get('none')).toBe(held.peek('none'))
  expect(loads).toEqual(['a', 'none'])
  expect(held.lookups).toEqual({ memory: 2, redis: 2 })
})

test('a dropped value that is read again and is the same stays the same object', async () => {
  const [a, b] = [await held.get('a'), await held.get('b')]
  held.drop('a')
  expect([held.peek('a'), held.peek('b')]).toEqual([undefined, b])
  expect(await held.get('a')).toBe(a)
  held.drop()
  expect([held.peek('a'), held.peek('b')]).toEqual([undefined, undefined])
  stored.b = 'three'
  expect(await held.get('a')).toBe(a)
  expect(await held.get('b')).toEqual({ text: 'three' })
})

test('does not hold a value that was loading when it was dropped', async () => {
  for (const drop of [() => held.drop('a'), () => held.drop()]) {
    held.drop()
    const reading = held.get('a')
    drop()
    stored.a = 'new'
    await reading
    expect(held.peek('a')).toBeUndefined()
    expect(await held.get('a')).toEqual({ text: 'new' })
  }
})

test('holds announced values until they change, and reads them again after a minute in the background', async () => {
  const a = await held.get('a')
  wait(59)
  stored.a = 'unannounced'
  expect(held.peek('a')).toBe(a)
  expect(loads).toHaveLength(1)
  wait(2)
  expect(held.peek('a')).toBe(a)
  await vi.waitFor(() => expect(held.peek('a')).toEqual({ text: 'unannounced' }))
  expect(loads).toHaveLength(2)
})

test('reads values of a writer that announces nothing again after five seconds', async () => {
  const a = await held.get('a')
  isAnnounced = false
  wait(4)
  expect(held.peek('a')).toBe(a)
  wait(2)
  expect(held.peek('a')).toBeUndefined()
  expect(await held.get('a')).toBe(a)
  expect(loads).toHaveLength(2)
})

test('holds no failure', async () => {
  const failing = createHeld<Value>({
    load: vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue({ text: 'back' }),
    isSame: () => false,
    sizeOf: () => 0,
    maxSize: 1_000,
    isAnnounced: () => true,
    lastSure: () => -Infinity,
  })
  await expect(failing.get('a')).rejects.toThrow('away')
  expect(await failing.get('a')).toEqual({ text: 'back' })
})

test('knows what Redis said last, unless it was withdrawn, until Redis says something else', async () => {
  const [a, b] = [await held.get('a'), await held.get('b')]
  held.drop('b')
  held.doubt()
  expect(held.peek('a')).toBeUndefined()
  expect([held.last('a')?.value, held.last('b'), held.last('none')]).toEqual([a, undefined, undefined])
  // A Redis that lost its data has nothing, which says nothing.
  const before = stored
  stored = {}
  expect([await held.get('a'), await held.get('b')]).toEqual([{ text: null }, { text: null }])
  await held.confirm(async () => false)
  expect([held.last('a')?.value, held.last('b')]).toEqual([a, undefined])
  held.doubt()
  expect(held.last('a')?.value).toEqual(a)
  stored = before
  expect(await held.get('b')).toEqual(b)
  await held.confirm(async () => true)
  held.doubt()
  expect([held.last('a')?.value, held.last('b')?.value]).toEqual([a, b])
  stored = { a: 'one' }
  await held.confirm(async () => true)
  expect([held.last('a')?.value, held.last('b')]).toEqual([a, undefined])
  held.drop()
  expect(held.last('a')).toBeUndefined()
})

test('knows when what Redis said last was current', async () => {
  const start = performance.now()
  const at = (key: string) => ((held.last(key)?.at ?? Infinity) - start) / 1000
  await Promise.all(['a', 'b'].map(held.get))
  wait(3)
  sure = performance.now()
  expect([at('a'), at('b')]).toEqual([3, 3])
  wait(1)
  held.drop('a', (value) => value)
  held.drop('b', () => ({ text: 'rest' }))
  held.doubt()
  wait(3)
  sure = performance.now()
  expect([at('a'), at('b'), held.last('b')?.value]).toEqual([3, 3, { text: 'rest' }])
  await held.get('a')
  expect([at('a'), at('b')]).toEqual([7, 3])
})

test('remembers nothing that Redis removed without an outage', async () => {
  await held.get('a')
  isAnnounced = false
  wait(6)
  stored = {}
  await held.get('a')
  held.doubt()
  expect(held.last('a')).toBeUndefined()
})
