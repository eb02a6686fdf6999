/** What an endpoint says of an entity that cannot be asked (§8.9). */
import { expect, test } from 'vitest'
import { fetchOrRefuse } from '#federation/resolver/fetch-refusal.ts'
import { toFetchError } from '#fetcher/failure.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

const url = 'https://rp.example/.well-known/openid-federation'

const failures: [code: string, error: string, status: number][] = [
  // There is no such host, hence no such Entity.
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

test('a resolver that is cut off knows no host; it keeps what it holds of others', () => {
  expect(toFetchError(url, Object.assign(new Error(), { code: 'ENOTFOUND' })).retryable).toBe(true)
})

test('which address a name has inside our network is not told', async () => {
  const blocked = new FetchError('blocked_address', url, 'leads to 10.0.0.1, which is not public.')
  const { message } = await fetchOrRefuse(() => Promise.reject(blocked)).catch((error: Error) => error)
  expect(message).toContain(url)
  expect(message).not.toContain('10.0.0.1')
})
