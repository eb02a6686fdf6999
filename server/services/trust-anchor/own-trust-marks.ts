/** Fetches the Trust Marks that others issued to this anchor again, before they expire (§7.3, §8.6). */
import { getEndpointParameter } from '#core/endpoint.ts'
import { parseEndpoint } from '#core/entity-id.ts'
import { verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import { parseTrustMark, type TrustMark } from '#core/trust-mark/index.ts'
import { checkValidity } from '#core/validity.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { type OwnTrustMark, Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { readTogether } from '#server/database/together.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { readPins } from '#server/publish/pins.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { changeSettings } from '#server/services/trust-anchor/settings-change.ts'
import type { TrustAnchorService } from '#server/services/trust-anchor/trust-anchor.ts'

const caller = jobCaller('renew-own-trust-marks')

/** Seconds before its expiry from which a mark is fetched again, at most; of a short one, a third of its life. */
const EARLY = 30 * 86_400

/** A mark of the settings; one that was never due has no row. */
export type OwnTrustMarkView = {
  trustMarkType: string
  issuer: string
  expiresAt: Date | null
  row: OwnTrustMark | null
}

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'hosted' | 'allowHttp' | 'fetcher' | 'now'> & {
  trustAnchor: TrustAnchorService
}

/** As fetched last, in the order of the settings. */
export async function listOwnTrustMarks(db: Database): Promise<OwnTrustMarkView[]> {
  const [{ trustMarks }, rows] = await Promise.all([
    readSettings(db),
    readTogether<OwnTrustMark>(db, Prisma.sql`SELECT * FROM "OwnTrustMark"`, ['checkedAt', 'failingSince']),
  ])
  return trustMarks.map(({ trust_mark }) => {
    const { iss: issuer, trust_mark_type: trustMarkType, exp } = readMark(trust_mark).claims
    const row = rows.find((each) => each.issuer === issuer && each.trustMarkType === trustMarkType) ?? null
    return { trustMarkType, issuer, expiresAt: exp === undefined ? null : new Date(exp * 1000), row }
  })
}

/** Parsed when it was stored. */
const readMark = (jwt: string) => parseTrustMark(jwt, { allowHttp: true })

const keyOf = ({ claims }: TrustMark) => ({ issuer: claims.iss, trustMarkType: claims.trust_mark_type })

export function createOwnTrustMarks(context: Context) {
  const { db, entityId, allowHttp, fetcher, now } = context

  /** The mark that its issuer offers now. @throws FederationError, FetchError */
  async function fetchMark({
    claims: { iss: issuer, trust_mark_type: type },
  }: TrustMark): Promise<TrustMark> {
    const clock = { now: toUnix(now()) }
    const configuration = await verifyEntityConfiguration(await fetcher.entityConfiguration(issuer), {
      entityId: issuer,
      allowHttp,
      ...clock,
    })
    const { jwks, metadata } = configuration.claims
    const pinned = (await readPins(context))[issuer]
    if (pinned) await verifySignature(configuration, pinned, clock)
    const name = getEndpointParameter('trust_mark')
    const endpoint = getMember(getMember(metadata, 'federation_entity'), name)
    if (endpoint === undefined)
      throw new FederationError('invalid_request', `${issuer} publishes no ${name}.`, { path: [name] })
    const path = ['metadata', 'federation_entity', name]
    const url = parseEndpoint(endpoint, path, { allowHttp })
    const jwt = await fetcher.trustMark({ issuer, endpoint: url, type, subject: entityId })
    const mark = parseTrustMark(jwt.trim(), { allowHttp })
    checkValidity(mark.claims, clock, 'The Trust Mark')
    await verifySignature(mark, jwks, clock)
    return mark
  }

  /** Its issuer must have issued the same mark again: to us, and not without the delegation that it had. */
  function checkSame({ claims: before }: TrustMark, { claims }: TrustMark): void {
    for (const name of ['iss', 'sub', 'trust_mark_type'] as const)
      if (claims[name] !== before[name]) throw refuse(`has the ${name} ${claims[name]}, not ${before[name]}`)
    if (before.delegation !== undefined && claims.delegation === undefined)
      throw refuse('has no delegation any more')
  }

  /** Returns whether a later mark replaces this one. */
  async function renew(before: TrustMark): Promise<boolean> {
    const { exp = 0 } = before.claims
    const [checkedAt, id] = [now(), keyOf(before)]
    const known = await db.ownTrustMark.findUnique({ where: { issuer_trustMarkType: id } })
    const record = async (found: Pick<OwnTrustMark, 'lastError' | 'failingSince'>) => {
      const data = { checkedAt, ...found }
      await db.ownTrustMark.upsert({
        where: { issuer_trustMarkType: id },
        create: { ...id, ...data },
        update: data,
      })
    }
    try {
      const mark = await fetchMark(before)
      checkSame(before, mark)
      const isLater = (mark.claims.exp ?? Infinity) > exp
      const isReplaced = isLater && (await replace(before.jwt, mark.jwt))
      await record({ lastError: null, failingSince: null })
      return isReplaced
    } catch (error) {
      if (![FederationError, FetchError, OperationError].some((kind) => error instanceof kind)) throw error
      const { message } = error as Error
      await record({ lastError: message, failingSince: known?.failingSince ?? checkedAt })
      return false
    }
  }

  /** False if an operator has removed or replaced it meanwhile. */
  const replace = (before: string, jwt: string): Promise<boolean> =>
    changeSettings({ ...context, caller }, ({ trustMarks }) => {
      const present = trustMarks.map(({ trust_mark }) => trust_mark)
      if (!present.includes(before)) return null
      return { trustMarks: present.map((each) => (each === before ? jwt : each)) }
    })

  function isDue({ claims: { iat, exp } }: TrustMark): boolean {
    return exp !== undefined && exp - toUnix(now()) < Math.min(EARLY, (exp - iat) / 3)
  }

  return {
    list: () => listOwnTrustMarks(db),

    /** Fetches those that expire soon. Returns how many were due, and how many are replaced. */
    async renewDue(): Promise<{ due: number; renewed: number }> {
      const { trustMarks } = await readSettings(db)
      const marks = trustMarks.map(({ trust_mark }) => readMark(trust_mark))
      let renewed = 0
      const due = marks.filter(isDue)
      const waiting = marks.filter((mark) => !due.includes(mark))
      // An operator may have replaced a mark that could not be renewed.
      await db.ownTrustMark.updateMany({
        where: { OR: waiting.map(keyOf) },
        data: { lastError: null, failingSince: null },
      })
      for (const mark of due) if (await renew(mark)) renewed += 1
      await db.ownTrustMark.deleteMany({ where: { NOT: { OR: marks.map(keyOf) } } })
      return { due: due.length, renewed }
    },
  }
}

function refuse(finding: string): FederationError {
  return new FederationError('invalid_request', `The Trust Mark that its issuer offers ${finding}.`)
}
