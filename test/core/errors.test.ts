import { describe, expect, it } from 'vitest'
import { errorStatus, FederationError, type FederationErrorCode, quote } from '#core/errors.ts'
import { parseMetadata } from '#core/metadata.ts'
import { eachRow, proves } from '#test/helpers/rows.ts'

describe('FederationError', () => {
  eachRow<[FederationErrorCode, number]>([
    proves(['invalid_request', 400], '8.9/errors'),
    ['invalid_client', 401],
    ['invalid_issuer', 404],
    ['invalid_subject', 404],
    proves(['invalid_trust_anchor', 404], '8.9/errors'),
    ['invalid_trust_chain', 400],
    ['invalid_metadata', 400],
    proves(['not_found', 404], '8.9/errors'),
    ['server_error', 500],
    ['temporarily_unavailable', 503],
    ['unsupported_parameter', 400],
    ['page_not_found', 404],
    ['unsupported_claim', 400],
  ])('%s has the status %i (§8.9)', (code, status) => {
    expect(new FederationError(code, 'a sentence').status).toBe(status)
  })

  it('has a status for every code, and no other', () => {
    expect(Object.keys(errorStatus)).toHaveLength(13)
  })

  it('keeps the detail and the cause', () => {
    const cause = new Error('below')
    const error = new FederationError('not_found', 'a sentence', { path: ['sub'] }, { cause })
    expect(error).toMatchObject({ message: 'a sentence', detail: { path: ['sub'] }, cause })
  })

  it('says where it was made if it is a fault of ours, as other errors do', () => {
    const placesOf = ({ stack = '' }: Error) => stack.split('\n').filter((line) => line.includes(' at '))
    expect(placesOf(new FederationError('not_found', 'a sentence'))).toEqual([])
    expect(placesOf(new FederationError('server_error', 'a sentence'))).not.toEqual([])
    expect(placesOf(new Error('a sentence'))).not.toEqual([])
  })
})

it('has a message of limited length, even with a long name of a parameter', () => {
  const metadata = { openid_provider: { ['x'.repeat(1_000_000)]: null } }
  expect(() => parseMetadata(metadata)).toThrow(/^metadata\.openid_provider\.x{4000,4096}…$/)
})

describe('quote', () => {
  it('truncates long values', () => {
    expect(quote('x'.repeat(500)).length).toBeLessThan(130)
  })

  it('formats values that JSON cannot represent', () => {
    expect(quote(undefined)).toBe('undefined')
  })
})
