import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findJsonFault, getMember, isJsonEqual, parseJson } from '#core/json.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'

describe('parseJson', () => {
  eachRow([
    proves(['a name twice', '{"a":1,"a":2}'], '6.1.2/unique-names'),
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}'],
    proves(['a name twice further down', '{"x":[{"b":1,"c":{},"b":2}]}'], '6.1.2/unique-names'),
    ['a name twice with space before the colon', '{"a" :1,"a"\n:2}'],
  ])('refuses %s (§6.1.2)', (_what, text) => {
    expect(() => parseJson(text)).toThrow(/has the member "(a|b)" twice/)
  })

  it.each([
    '{"a":{"a":1},"b":{"a":1}}',
    '["a","a"]',
    '{"a":"b","b":"a"}',
    '{"a":"}{\\"a\\":1,\\\\","b":"[["}',
    '"a"',
    ' {"a" : [ {"x":1} , {"x":2} ] } ',
  ])('accepts %s', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })

  it('refuses __proto__ as a name, and no other that objects inherit', () => {
    expect(() => parseJson('[{"a":{"\\u005f_proto__":1}}]')).toThrow('has the member "__proto__"')
    expect(parseJson('{"constructor":1,"toString":2}')).toEqual({ constructor: 1, toString: 2 })
  })

  it('refuses more than 32 levels', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(parseJson(nested(32))).toBeDefined()
    expect(() => parseJson(nested(33))).toThrow('nested deeper')
  })

  it.each([
    ['{"a":["\\u0000"]}', 'a[0] contains a NUL character or half of a surrogate pair'],
    ['{"a":{"b":"\\ud83d"}}', 'a.b contains a NUL'],
    ['"\\uDE00"', 'it contains a NUL'],
    ['{"a":{"\\uD83D":1}}', 'a has a name that contains a NUL'],
  ])('refuses broken text: %s', (text, finding) => {
    expect(() => parseJson(text)).toThrow(finding)
  })

  it('accepts a pair of surrogates and other escapes', () => {
    const text = '{"\\ud83d\\ude00":"\\ud83d\\ude00 \\u0001 \\\\u0000"}'
    expect(parseJson(text)).toEqual({ '😀': '😀 \u0001 \\u0000' })
  })

  it('parses every other JSON text like JSON.parse', () => {
    const texts = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.stringify(value))
    const safe = texts.filter((text) => !text.includes('"__proto__":'))
    fc.assert(fc.property(safe, (text) => isJsonEqual(parseJson(text), JSON.parse(text))))
  })
})

describe('findJsonFault', () => {
  it('finds the place, at any depth, without recursion', () => {
    let deep: unknown = []
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(findJsonFault({ fine: 1, deep })).toEqual({
      path: ['deep'],
      finding: 'is nested deeper than 32 levels',
    })
    expect(findJsonFault({ a: [{}, { b: 'x\0' }] })?.path).toEqual(['a', 1, 'b'])
    expect(findJsonFault({ a: 'x', b: [1, null, true] })).toBeUndefined()
  })

  it('finds no fault in any well-formed value without NUL and __proto__', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
    const key = text.filter((name) => name !== '__proto__')
    fc.assert(
      fc.property(fc.object({ key, values: [text, fc.integer()], maxDepth: 5 }), (value) => {
        expect(findJsonFault(value)).toBeUndefined()
      }),
    )
  })
})

describe('jsonEqual', () => {
  it.each([
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [{ toString: 1 }, {}, false],
    [{}, [], false],
    [[], '', false],
    [{ a: 1 }, { a: 2 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [null, {}, false],
    ['1', 1, false],
  ])('%j and %j: %s', { tags: '16/code-points' }, (a, b, equal) => {
    expect(isJsonEqual(a, b)).toBe(equal)
    expect(isJsonEqual(b, a)).toBe(equal)
  })
})

describe('member', () => {
  it('does not find inherited members', () => {
    expect(getMember({}, 'constructor')).toBeUndefined()
    expect(getMember(undefined, 'a')).toBeUndefined()
  })
})
