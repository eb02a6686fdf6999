/** The variables of the federation server. */
import { port, ports, redisUrl, text, wholeNumber } from './kind.ts'
import { sharedVariables } from './shared.ts'
import type { Table } from './variable.ts'

const rateLimit = wholeNumber(1, 1_000_000).default(600)

export const federationVariables = {
  ...sharedVariables,
  entityId: { ...sharedVariables.entityId, toml: 'domain' },
  redisUrl: {
    ...sharedVariables.redisUrl,
    toml: 'redis_uri',
    kind: redisUrl.default('redis://127.0.0.1:6379'),
  },
  allowHttp: { ...sharedVariables.allowHttp, toml: 'allow_http' },
  tlsCert: {
    names: ['TLS_CERT'],
    toml: 'tls_cert',
    kind: text.optional(),
    meaning: 'the file of the certificate chain, when it serves TLS itself',
  },
  tlsKey: {
    names: ['TLS_KEY'],
    toml: 'tls_key',
    kind: text.optional(),
    meaning: 'the file of its private key; set both or none',
  },
  port: { names: ['PORT'], kind: port.default(8080), meaning: 'the port to listen on' },
  processes: {
    names: ['WEB_CONCURRENCY'],
    kind: wholeNumber(1, 256).default(1),
    meaning: 'how many processes share the port; each with its own memory, and its own count of rates',
  },
  exportFolder: {
    names: ['EXPORT_FOLDER'],
    toml: 'export_folder',
    kind: text.optional(),
    meaning:
      'the folder into which `ta` writes what the first anchor publishes, as inmor-export does, and from which it answers while Redis is away; only read if it cannot be written; none when not set',
  },
  resolveRateLimit: {
    names: ['RESOLVE_RATE_LIMIT'],
    kind: rateLimit,
    meaning: 'requests to /resolve that one client address may make in a minute',
  },
  collectionRateLimit: {
    names: ['COLLECTION_RATE_LIMIT'],
    kind: rateLimit,
    meaning: 'requests to /collection that one client address may make in a minute',
  },
  questionRateLimit: {
    names: ['QUESTION_RATE_LIMIT'],
    kind: wholeNumber(1, 1_000_000).default(60),
    meaning:
      'requests to each of /self_check, /enroll, /trust_mark_request, /jwks_update_trigger and /jwks_update that one client address may make in a minute',
  },
  fetchPorts: {
    names: ['FETCH_PORTS'],
    kind: ports.default([]),
    meaning:
      'ports, joined by commas, from which /resolve and client authentication fetch statements of any entity, in addition to 443; members, pinned anchors and entities of the collection may use any port',
  },
} as const satisfies Table
