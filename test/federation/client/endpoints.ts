/** The endpoints that can require client authentication, and a Trust Anchor with a client. */
import { assertionType, post, signAssertion } from '../client.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, startTrustAnchor, type TrustAnchor } from '../trust-anchor.ts'

export type Client = Awaited<ReturnType<typeof offlineEntity>>

export const type = 'https://ta.example/marks/member'

type Endpoint = [name: string, path: string, parameters: () => Record<string, string>]

/** Each with parameters about a subordinate. */
export const endpointsFor = (sub: () => string): Endpoint[] => [
  ['fetch', '/fetch', () => ({ sub: sub() })],
  ['list', '/list', () => ({})],
  ['extended_list', '/extended_list', () => ({})],
  ['subordinate_events', '/subordinate_events', () => ({ sub: sub() })],
  ['collection', '/collection', () => ({})],
  ['resolve', '/resolve', () => ({ sub: sub(), trust_anchor: entityId })],
  ['trust_mark', '/trust_mark', () => ({ sub: sub(), trust_mark_type: type })],
  ['trust_mark_list', '/trust_mark_list', () => ({ trust_mark_type: type })],
  ['historical_keys', '/historical_keys', () => ({})],
]

/** Sets the methods of every endpoint. Undefined: none. */
export async function publishMethods(ta: TrustAnchor, methods?: string[]): Promise<void> {
  const names = [...endpointsFor(() => '').map(([name]) => name), 'trust_mark_status']
  const stated = names.map((name) => [`federation_${name}_endpoint_auth_methods`, methods] as const)
  const federation_entity = {
    federation_fetch_endpoint: `${entityId}/fetch`,
    ...(methods && Object.fromEntries(stated)),
  }
  await ta.publishConfiguration({ metadata: { federation_entity } })
}

type Started = { ta: TrustAnchor; client: Client; close(): Promise<void> }

/** The client is a subordinate with a Trust Mark. */
export async function startWithClient(): Promise<Started> {
  const ta = await startTrustAnchor()
  const client = await offlineEntity('https://client.example')
  await ta.publishSubordinate(client)
  await ta.issueTrustMark({ type, subject: client.id })
  await publishMethods(ta)
  await ta.crawl()
  await ta.redis.client.set(
    ta.names.historicalKeys,
    await ta.sign({ iss: entityId, keys: [] }, 'jwk-set+jwt'),
  )
  return { ta, client, close: ta.close }
}

export type Changes = Partial<Parameters<typeof signAssertion>[0]>

/** Requests of the client that `startWithClient` made. */
export function requestsOf(started: () => { ta: TrustAnchor; client: Client }) {
  const assertion = (changes: Changes = {}) => {
    const { ta, client } = started()
    return signAssertion({ id: client.id, key: client.key, now: ta.now(), ...changes })
  }
  return {
    assertion,
    authenticated: async (path: string, parameters: Record<string, string> = {}, changes: Changes = {}) =>
      post(started().ta.app, path, {
        ...parameters,
        client_assertion_type: assertionType,
        client_assertion: await assertion(changes),
      }),
    setMethods: (methods?: string[]) => publishMethods(started().ta, methods),
  }
}
