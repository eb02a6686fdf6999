import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getMember, isJsonEqual, parseJson } from '#core/json.ts'
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

  it('refuses more than 32 levels', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(parseJson(nested(32))).toBeDefined()
    expect(() => parseJson(nested(33))).toThrow('nested deeper')
  })

  it('parses every JSON text like JSON.parse', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) =>
        isJsonEqual(parseJson(JSON.stringify(value)), JSON.parse(JSON.stringify(value))),
      ),
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
