/** A federation server of several anchors: with a real Redis, a key directory for each, and published data. */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, type IncomingMessage, request as sendHttp } from 'node:http'
import { request as sendHttps } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { buildEndpointUrl, getEndpointParameter } from '#core/endpoint.ts'
import {
  buildEntityConfiguration,
  buildSubordinateStatement,
  ENTITY_STATEMENT_TYP,
} from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { type FederationConfig, readConfig } from '#federation/config/config.ts'
import { type FederationServer, type Overrides, startFederationServer } from '#federation/start.ts'
import { anchorPlace, FIRST_ANCHOR, type RegisteredAnchor, writeAnchors } from '#store/anchors.ts'
import { formatChange } from '#store/change.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'
import { untilTrue } from '#test/helpers/until.ts'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }

export type Installation = Awaited<ReturnType<typeof prepareInstallation>>

type AskOptions = { method?: string; headers?: Record<string, string>; body?: string }

/** Milliseconds: tests see a change of the registry or of a key directory at once. */
const waits = { anchors: 20, keys: 20 }

const lifetime = 3600

/** The first anchor has its keys and data; `entityId` is its identifier. */
export async function prepareInstallation(
  entityId: string,
  changes: Record<string, string> = {},
  open: () => Promise<TestRedis> = startRedis,
) {
  const redis = await open()
  const directory = await mkdtemp(join(tmpdir(), 'anchors-'))
  const config = readConfig([], {
    TA_DOMAIN: entityId,
    REDIS_URL: redis.url,
    KEYS_DIR: directory,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...changes,
  })
  const placeOf = (slug: string) => anchorPlace(config, slug)
  const keys = new Map<string, Jwk>()

  async function createKey(slug: string): Promise<Jwk> {
    const key = await generateSigningKey('ES256')
    await writeNewKey(placeOf(slug).keysDirectory, key)
    keys.set(slug, key)
    return key
  }

  /**
   * Publishes the Entity Configuration of an anchor and statements about its members, with one key set for all.
   * `further`: keys of the configuration beside the one that signs.
   */
  async function publish(
    slug: string,
    id: string,
    members: readonly string[] = [],
    memberKeys?: JwkSet,
    further: readonly Jwk[] = [],
  ): Promise<void> {
    const key = keys.get(slug) ?? (await createKey(slug))
    const names = redisKeys(placeOf(slug).redisKeyPrefix)
    const iat = Math.floor(Date.now() / 1000)
    const times = { iat, exp: iat + lifetime }
    const jwks = { keys: [toPublicJwk(key)] }
    const sign = (claims: object) => signJwt(claims, { key, typ: ENTITY_STATEMENT_TYP })
    const asking = [
      'self_check',
      'enroll',
      'trust_mark_request',
      'jwks_update_trigger',
      'jwks_update',
    ] as const
    const named = (['fetch', ...asking] as const).map((name) => [
      getEndpointParameter(name),
      buildEndpointUrl(id, name),
    ])
    const metadata = { federation_entity: { organization_name: slug, ...Object.fromEntries(named) } }
    const keysOfAnchor = { keys: [...jwks.keys, ...further.map(toPublicJwk)] }
    const own = buildEntityConfiguration({ entityId: id, ...times, keys: keysOfAnchor, metadata })
    await redis.client.set(names.entityConfiguration, await sign(own))
    for (const subject of members) {
      const statement = buildSubordinateStatement({ issuer: id, subject, ...times, keys: memberKeys ?? jwks })
      await redis.client.hset(names.subordinates, subject, await sign(statement))
    }
    await redis.client.publish(names.changes, formatChange({ kind: 'all' }))
  }

  await publish(FIRST_ANCHOR, entityId, ['https://main.member.example'])
  return {
    redis,
    config,
    placeOf,
    publish,
    /** The signing key of a published anchor. */
    keyOf: (slug: string) => keys.get(slug) as Jwk,
    register: (...anchors: readonly RegisteredAnchor[]) =>
      writeAnchors(redis.client, config.redisKeyPrefix, anchors),
    start: (overrides: Overrides = {}, changed: Partial<FederationConfig> = {}) =>
      startFederationServer({ ...config, ...changed }, { waits, ...overrides }),
    async close() {
      await redis.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Sends one request on a new connection, to any host and without changes to the path. */
export async function ask(
  { url }: Pick<FederationServer, 'url'>,
  host: string,
  path: string,
  { method = 'GET', headers = {}, body }: AskOptions = {},
): Promise<Answer> {
  const { hostname, port, protocol } = new URL(url)
  const send = protocol === 'https:' ? sendHttps : sendHttp
  const options = { hostname, port, path, method, agent: false, rejectUnauthorized: false }
  const sent = send({ ...options, headers: { host, ...headers } }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) }
}

/** Sends bytes, and returns everything that the server sends until it closes the connection. */
export async function askRaw({ url }: Pick<FederationServer, 'url'>, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  return text(socket)
}

/** Repeats a request until it has the status. */
export async function untilStatus(
  server: Pick<FederationServer, 'url'>,
  host: string,
  path: string,
  status: number,
): Promise<void> {
  await untilTrue(`${host}${path} has the status ${status}`, async () => {
    return (await ask(server, host, path)).status === status
  })
}
