/** Reads issued Trust Marks: their holders, and the status of each (§8.4, §8.5, §8.6). */
import type { Socket } from 'node:net'
import type { Redis } from 'ioredis'
import type { JsonObject } from '#core/json.ts'
import { createRecent } from '#core/recent.ts'
import { createFieldReader } from './field-reader.ts'
import type { RedisKeys } from './keys.ts'
import type { ItemFormat } from './list-page.ts'
import type { ListPlace } from './page-reader.ts'
import { decodePart, type PublishedJwt, payloadOf, readPublishedJwt } from './published-jwt.ts'
import { scanSet } from './scan.ts'
import { createSharing } from './sharing.ts'
import { hashTrustMark, REVOKED_MARK } from './trust-mark-record.ts'

/** What decides whether a published mark is valid, besides its signature. */
type MarkFacts = {
  /** `exp` of the mark in unix seconds; undefined if it never expires. */
  expires: number | undefined
  /** The key that signed the mark. */
  kid: string
  delegation: string | undefined
}

/** By the identifier of the subject. */
export type TrustMarkHolder = MarkFacts & { id: string }

export const holderFormat: ItemFormat<TrustMarkHolder> = {
  times: 0,
  split: ({ kid, delegation }) => ({ common: { kid, delegation }, times: [] }),
  join: ({ id, expires, common }) => {
    const { kid, delegation } = common as Pick<MarkFacts, 'kid' | 'delegation'> // as `split` gave it
    return { id, expires, kid, delegation }
  },
}

export const holderPages = (redis: Redis, keys: RedisKeys, type: string): ListPlace<TrustMarkHolder> => ({
  keys,
  key: keys.trustMarkHolderPages(type),
  format: holderFormat,
  count: () => redis.scard(keys.trustMarkHolders(type)),
})

/** An unrevoked mark, which may have expired. */
export type IssuedTrustMark = PublishedJwt & MarkFacts & { type: string }

/** `unknown`: not issued here. An `issued` mark may have expired. */
export type IssuedTrustMarkStatus = 'unknown' | 'revoked' | 'issued'

/** Trust Mark types that are not in use. `key` is equal for equal sets. */
export type UnusedTypes = { types: ReadonlySet<string>; key: string }

export async function readUnusedTypes(redis: Redis, keys: RedisKeys): Promise<UnusedTypes> {
  const types = (await redis.smembers(keys.unusedTrustMarkTypes)).sort()
  return { types: new Set(types), key: JSON.stringify(types) }
}

export type TrustMarkReader = {
  /** Every unrevoked mark of the subject: the latest of each type. */
  marksOf(subject: string): Promise<readonly IssuedTrustMark[]>
  /** The holders of an unrevoked mark of the type, unsorted. The mark may have expired. */
  holders(type: string): Promise<{ lists: TrustMarkHolder[][]; isAnnounced: boolean }>
  /** Undefined if the subject is not a holder. */
  holder(type: string, subject: string): Promise<TrustMarkHolder | undefined>
  status(jwt: string): Promise<IssuedTrustMarkStatus>
}

/** @param isAnnounced whether our publisher writes, which replaces a mark with `revoked` when it records the revocation */
export function createTrustMarkReader(
  redis: Redis,
  keys: RedisKeys,
  isAnnounced: () => boolean,
): TrustMarkReader {
  const joinWrites = createJoinedWrites(redis)
  const isRecorded = createFieldReader(redis, keys.trustMarkRevocations, (text) => text !== null)
  const isRevoked = (jwt: string) => isRecorded(hashTrustMark(jwt))

  const findUnrevoked = async (jwt: string | null): Promise<string | undefined> =>
    !jwt || jwt === REVOKED_MARK || (!isAnnounced() && (await isRevoked(jwt))) ? undefined : jwt

  /** A record that is not a JWT is no mark, and leaves the others of its subject. */
  function describe(type: string, jwt: string): IssuedTrustMark | undefined {
    const claims = jwt === REVOKED_MARK ? undefined : decodeClaims(jwt)
    return claims && { ...readPublishedJwt(jwt, claims), ...readFacts(jwt, claims), type }
  }

  async function readHolder(
    type: string,
    subject: string,
    share = (text: string) => text,
  ): Promise<TrustMarkHolder | undefined> {
    const jwt = await findUnrevoked(await redis.hget(keys.trustMarks(subject), type))
    if (!jwt) return undefined
    const { kid, delegation, ...others } = readHolderOf(subject, jwt)
    return { ...others, kid: share(kid), delegation: delegation && share(delegation) }
  }

  return {
    async marksOf(subject) {
      joinWrites()
      const stored = Object.entries(await redis.hgetall(keys.trustMarks(subject)))
      const marks = stored.map(([type, jwt]) => describe(type, jwt)).filter((mark) => mark !== undefined)
      if (isAnnounced()) return marks
      const areRevoked = await Promise.all(marks.map(({ jwt }) => isRevoked(jwt)))
      return marks.filter((_, at) => !areRevoked[at])
    },
    async holders(type) {
      // Only our publisher writes the marker, and only our publisher announces changes.
      const isAnnounced = (await redis.exists(keys.publicationMarker)) === 1
      const share = createSharing<string>((text) => text)
      const lists: TrustMarkHolder[][] = []
      for await (const subjects of scanSet(redis, keys.trustMarkHolders(type))) {
        const read = await Promise.all(subjects.map((subject) => readHolder(type, subject, share)))
        lists.push(read.filter((holder) => holder !== undefined))
      }
      return { lists, isAnnounced }
    },
    async holder(type, subject) {
      const [isHolder, holder] = await Promise.all([
        redis.sismember(keys.trustMarkHolders(type), subject),
        readHolder(type, subject),
      ])
      return isHolder ? holder : undefined
    },
    /**
     * By the hash of the JWT. A foreign writer records a revocation only as the word `revoked` for type and subject, which
     * revokes every mark of both.
     */
    async status(jwt) {
      const { sub, trust_mark_type: type } = decodeClaims(jwt) ?? {}
      const isNamed = typeof sub === 'string' && typeof type === 'string'
      const [isIssued, isRecorded, latest] = await Promise.all([
        redis.sismember(keys.issuedTrustMarks, hashTrustMark(jwt)),
        isRevoked(jwt),
        isNamed ? redis.hget(keys.trustMarks(sub), type) : null,
      ])
      if (!isIssued) return 'unknown'
      return isRecorded || latest === REVOKED_MARK ? 'revoked' : 'issued'
    },
  }
}

export const areSameMarks = (some: readonly IssuedTrustMark[], others: readonly IssuedTrustMark[]): boolean =>
  some.length === others.length &&
  some.every(({ type, jwt }, at) => type === others[at]?.type && jwt === others[at].jwt)

/** What is not a JWT has no key of ours, so that it is not valid. */
export const readHolderOf = (id: string, jwt: string): TrustMarkHolder => ({
  id,
  ...readFacts(jwt, decodeClaims(jwt) ?? {}),
})

const decodeClaims = (jwt: string): JsonObject | undefined => decodePart(payloadOf(jwt))

function readFacts(jwt: string, { exp, delegation }: JsonObject): MarkFacts {
  return {
    expires: typeof exp === 'number' ? exp : undefined,
    kid: readKid(jwt),
    delegation: typeof delegation === 'string' ? delegation : undefined,
  }
}

/** Marks of one key have the same header. */
const kids = createRecent<string>({
  maxSize: 512 * 1024,
  sizeOf: (kid, header) => kid.length + header.length,
})

function readKid(jwt: string): string {
  const header = jwt.slice(0, jwt.indexOf('.'))
  const known = kids.get(header)
  if (known !== undefined) return known
  const { kid } = decodePart(header) ?? {} // a foreign writer may have recorded something else
  const found = typeof kid === 'string' ? kid : '' // no key of ours
  kids.set(header, found)
  return found
}

/** Returns a function to call before a command. */
function createJoinedWrites(redis: Redis): () => void {
  let isJoining = false
  return () => {
    const stream = redis.stream as Socket | undefined // a Cluster has one for each node
    if (isJoining || !stream) return
    isJoining = true
    stream.cork()
    setImmediate(() => {
      isJoining = false
      stream.uncork()
    })
  }
}
