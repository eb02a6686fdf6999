/** The error of an endpoint about an unreachable entity (§8.9). */
import { expect, test } from 'vitest'
import { fetchOrRefuse } from '#federation/resolver/refusals.ts'
import { FetchError, toFetchError } from '#fetcher/fetch-error.ts'

const url = 'https://rp.example/.well-known/openid-federation'

const failures: [code: string, error: string, status: number][] = [
  // Without the host, the Entity does not exist.
  ['ENOTFOUND', 'not_found', 404],
  ['ENODATA', 'not_found', 404],
  ['EAI_AGAIN', 'temporarily_unavailable', 503],
  ['ECONNREFUSED', 'temporarily_unavailable', 503],
  ['ETIMEDOUT', 'temporarily_unavailable', 503],
  ['CERT_HAS_EXPIRED', 'invalid_trust_chain', 400],
]

test.each(failures)('%s is %s', async (code, error, status) => {
  const failed = () => Promise.reject(toFetchError(url, Object.assign(new Error(), { code })))
  await expect(fetchOrRefuse(failed)).rejects.toMatchObject({ code: error, status })
})

test('an unknown host is retryable, because a DNS resolver without a network reports it too', () => {
  expect(toFetchError(url, Object.assign(new Error(), { code: 'ENOTFOUND' })).retryable).toBe(true)
})

test('does not reveal addresses of the internal network', async () => {
  const blocked = new FetchError('blocked_address', url, 'leads to 10.0.0.1, which is not public.')
  const { message } = await fetchOrRefuse(() => Promise.reject(blocked)).catch((error: Error) => error)
  expect(message).toContain(url)
  expect(message).not.toContain('10.0.0.1')
})
