/** What each setting of the federation server means: for docs/configuration.md. */
import { redisUrlForms } from '#store/redis-url.ts'
import type { settings } from './setting.ts'

export const settingMeanings: Readonly<Record<keyof typeof settings, string>> = {
  entityId: 'the Entity Identifier of this Trust Anchor, such as https://ta.example.org',
  redisUrl: `the Redis that the admin server writes: ${redisUrlForms}`,
  redisPrefix: 'what stands before every key in Redis; the same as at the admin server',
  tlsCert: 'the certificate chain, when it serves TLS itself',
  tlsKey: 'its private key; set both or none',
  allowHttp: 'true to let entities use http and private addresses: for evaluation only, never in production',
  keysDir: 'the key directory, with private.json and publickeys/; it may be mounted read-only',
  historicalKeysDir:
    'the directory of retired and revoked keys; `historical_keys` in the key directory when not set',
  host: 'the address to listen on',
  port: 'the port to listen on',
  metricsPort: 'the port on which GET /metrics answers Prometheus; none when not set',
  processes:
    'how many processes share the port; one for each processor serves the most, and each counts rates by itself',
  logLevel: 'trace, debug, info, warn, error, fatal or silent',
  trustProxy:
    'proxies whose X-Forwarded-* headers count: addresses, networks, or true or false for all or none',
  resolveRateLimit: 'requests to /resolve that one client address may make in a minute',
  collectionRateLimit: 'requests to /collection that one client address may make in a minute',
}
