/** Generates invalid input: random values, and correct ones with changes. */
import fc from 'fast-check'
import { base64url } from 'jose'

type Container = Record<string, unknown> | unknown[]
type Edit = { at: number; action: 'replace' | 'remove' | 'rename' | 'repeat'; name: string; value: unknown }

const nested = (levels: number): unknown => (levels === 0 ? [] : { a: [nested(levels - 1)] })

/** Names and values that break careless code. */
const names = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'length',
    'crit',
    'iss',
    'value',
    'add',
    'keys',
    '',
  ),
  fc.string({ maxLength: 8 }),
)
const stumblingBlocks = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    '',
    ' ',
    'a',
    'https://a.example',
    'https://a.example/#',
    'http://[::1',
    'none',
    '__proto__',
  ],
  ...[0, -0, -1, 1.5, 1e300, 8.64e15, Number.MAX_SAFE_INTEGER + 1],
  ...[[], [null], [[]], {}, { a: null }, { toString: 1 }, { length: -1 }, { keys: [{}] }],
  ...['\ud800', 'a.b.c', 'x'.repeat(5000), nested(20)],
)

export const json: fc.Arbitrary<unknown> = fc.oneof(
  stumblingBlocks,
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(names, fc.oneof(stumblingBlocks, fc.jsonValue({ maxDepth: 2 })), { maxKeys: 6 }),
)

/** Any JavaScript value, not only JSON. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(json, fc.anything())

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(200),
  action: fc.constantFrom('replace', 'remove', 'rename', 'repeat'),
  name: names,
  value: json,
})

/** A correct value with up to four random changes. */
export function near(...samples: unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(edit, { maxLength: 4 }))
    .map(([sample, edits]) => edits.reduce<unknown>((value, each) => change(value, each), sample))
}

/** Changes the member number `at`, counted over all levels. */
function change(value: unknown, { at, action, name, value: other }: Edit): unknown {
  const total = count(value)
  if (total === 0) return other
  let left = at % total
  return rebuild(value)

  function rebuild(current: unknown): unknown {
    if (!isContainer(current)) return current
    const entries = Object.entries(current).flatMap(([key, inner]): [string, unknown][] => {
      if (left-- !== 0) return [[key, rebuild(inner)]]
      if (action === 'remove') return []
      if (action === 'replace') return [[key, other]]
      return [...(action === 'repeat' ? [[key, inner] as [string, unknown]] : []), [name, inner]]
    })
    return Array.isArray(current) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
  }
}

function count(value: unknown): number {
  if (!isContainer(value)) return 0
  return Object.values(value).reduce<number>((sum, inner) => sum + 1 + count(inner), 0)
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null
}

/** Changes a text: truncated, doubled, or with other characters. */
const textNear = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(12),
      fc.oneof(fc.constantFrom('.', '=', '"', '\\', '\u0000'), fc.string()),
    )
    .map(([at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut))

/** A JWT of three random parts: unexpected JSON, and bytes that are not JSON. */
export function unsigned(claims: fc.Arbitrary<unknown>, typ: string, kid: string): fc.Arbitrary<string> {
  const header = near(
    { typ, alg: 'ES256', kid },
    { typ, alg: 'none', kid },
    { typ, alg: 'RS256', kid, crit: [] },
  )
  const part = (value: fc.Arbitrary<unknown>) => {
    const text = value.map((each) => JSON.stringify(each))
    const damaged = text.chain(textNear)
    return fc.oneof(
      { weight: 3, arbitrary: text.map((each) => base64url.encode(each)) },
      damaged.map((each) => base64url.encode(each)),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => base64url.encode(bytes)),
      text.map((each) => base64url.encode(each)).chain(textNear),
    )
  }
  const signature = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => base64url.encode(bytes))
  return fc.tuple(part(header), part(claims), signature).map((parts) => parts.join('.'))
}
