import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addParameters, buildEntityConfigurationUrl, parseEndpoint, parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { refusal } from './fixture/statement.ts'

describe('parseEntityId (§1.2)', () => {
  eachRow([
    ['https://a.example'],
    proves(['https://a.example/'], '16/code-points'),
    ['https://a.example:8443/path/to/entity'],
    ['https://a.example/with%20escapes/~user/@name'],
    proves(['HTTPS://A.example:443'], '16/code-points'),
    ['https://[2001:db8::1]/entity'],
  ])('returns %s unchanged (§16)', (value) => {
    expect(parseEntityId(value)).toBe(value)
  })

  eachRow([
    proves(['a query', 'https://a.example/?x=1'], '1.2/no-query-or-fragment'),
    proves(['an empty query', 'https://a.example?'], '1.2/no-query-or-fragment'),
    proves(['a fragment', 'https://a.example/#x'], '1.2/no-query-or-fragment'),
    proves(['an empty fragment', 'https://a.example#'], '1.2/no-query-or-fragment'),
    proves(['another scheme', 'ftp://a.example'], '1.2/https-host'),
    proves(['http', 'http://a.example'], '1.2/https-host'),
    proves(['no scheme', 'a.example'], '1.2/https-host'),
    proves(['no host', 'https:///a'], '1.2/https-host'),
    ['a host that only a tolerant parser finds', 'https:a.example'],
    ['a backslash', 'https://a.example\\b'],
    ['a backslash before the host', 'https:\\\\a.example'],
    ['user information', 'https://user@a.example'],
    ['a password', 'https://user:secret@a.example'],
    ['a space', 'https://a.example/a b'],
    ['a line break', 'https://a.example/\n'],
    ['a control character', 'https://a.example/\u0000'],
    ['a letter outside ASCII', 'https://ä.example'],
    ['a port that is none', 'https://a.example:99999'],
    ['more than 2048 bytes', `https://a.example/${'x'.repeat(2048)}`],
    ['the empty string', ''],
    ['a number', 7],
    ['null', null],
  ])('refuses %s', (_what, value) => {
    expect(() => parseEntityId(value)).toThrow(refusal('invalid_request'))
  })

  it('accepts exactly 2048 bytes', () => {
    const value = 'https://a.example/'.padEnd(2048, 'x')
    expect(parseEntityId(value)).toBe(value)
  })

  it('accepts http only if it is allowed', () => {
    expect(parseEntityId('http://127.0.0.1:8080', { allowHttp: true })).toBe('http://127.0.0.1:8080')
  })

  it('throws only FederationError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.webUrl(), fc.string()), (value) => {
        try {
          return parseEntityId(value) === value
        } catch (error) {
          return error instanceof FederationError
        }
      }),
    )
  })
})

describe('entityConfigurationUrl (§9)', () => {
  eachRow([
    ['https://a.example', 'https://a.example/.well-known/openid-federation'],
    proves(['https://a.example/', 'https://a.example/.well-known/openid-federation'], '9/location'),
    proves(['https://a.example/b/c', 'https://a.example/b/c/.well-known/openid-federation'], '9/location'),
    proves(['https://a.example/b/', 'https://a.example/b/.well-known/openid-federation'], '9/location'),
  ])('%s is configured at %s', (id, url) => {
    expect(buildEntityConfigurationUrl(id)).toBe(url)
  })
})

describe('endpoint URLs (§5.1.1)', () => {
  it('may have a query', { tags: '5.1.1/endpoint-url' }, () => {
    expect(parseEndpoint('https://a.example/fetch?x=1', ['path'])).toBe('https://a.example/fetch?x=1')
  })

  eachRow([
    proves(['https://a.example/fetch#x'], '5.1.1/endpoint-url'),
    proves(['http://a.example/fetch'], '5.1.1/endpoint-url'),
    [undefined],
    ['javascript:alert(1)'],
  ])('refuses %s', (value) => {
    expect(() => parseEndpoint(value, ['the', 'path'])).toThrow(
      refusal('invalid_request', { path: ['the', 'path'] }),
    )
  })

  eachRow([
    ['https://a.example/fetch', 'https://a.example/fetch?sub=https%3A%2F%2Fb.example'],
    ['https://a.example/fetch?', 'https://a.example/fetch?sub=https%3A%2F%2Fb.example'],
    proves(
      ['https://a.example/fetch?x=1', 'https://a.example/fetch?x=1&sub=https%3A%2F%2Fb.example'],
      '5.1.1/endpoint-query',
    ),
    ['https://a.example/fetch?x=1&', 'https://a.example/fetch?x=1&sub=https%3A%2F%2Fb.example'],
  ])('adds parameters to %s', (endpoint, url) => {
    expect(addParameters(endpoint, { sub: 'https://b.example' })).toBe(url)
  })

  it('returns the endpoint unchanged without parameters', () => {
    expect(addParameters('https://a.example/list', {})).toBe('https://a.example/list')
  })
})
