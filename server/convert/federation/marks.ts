/** Reads the Trust Marks that an anchor issues, as far as its endpoints show them (§8.5, §8.6). */
import { removeProtected } from '#core/additional-claims.ts'
import { addParameters } from '#core/entity-id.ts'
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { getMember, isJsonObject } from '#core/json.ts'
import { decodeJwt } from '#core/jws.ts'
import { type TrustMarkClaims, trustMarkProtectedClaims, verifyTrustMark } from '#core/trust-mark/index.ts'
import { findHours, type Hours } from '#server/convert/anchor-settings.ts'
import {
  anyScheme,
  CONCURRENCY,
  endpointOf,
  type Reading,
  readList,
} from '#server/convert/federation/anchor.ts'
import { retry } from '#server/convert/fetching.ts'
import type { Source, SourceMark, SourceType } from '#server/convert/source.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'

type Marks = Pick<Source, 'types' | 'marks' | 'notes'>
type Held = { entityId: string; claims: TrustMarkClaims | null }

/** Of the types that the anchor may issue; of one that anyone may issue, if it has marks. @throws FetchError */
export async function readMarks(reading: Reading, anchor: EntityStatementClaims): Promise<Marks> {
  const listed = Object.entries(anchor.trust_mark_issuers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const own = listed.filter(([, issuers]) => issuers.length === 0 || issuers.includes(anchor.sub))
  const url = endpointOf(anchor, 'trust_mark_list')
  const found: Marks = { types: [], marks: [], notes: [] }
  if (url === null && own.length > 0) found.notes.push(WITHOUT_LIST)
  for (const [type, issuers] of own) {
    const parameters = { trust_mark_type: type }
    const holders = url === null ? [] : await readList(reading, { url, parameters })
    if (issuers.length === 0 && holders.length === 0) continue
    const held = await readHeld(reading, { anchor, type, holders })
    const hours = findHours(held.map(livedOf))
    const ofType = typeOf(anchor, type, { held, hours })
    found.types.push(ofType)
    found.marks.push(...held.map((each) => markOf(each, ofType, hours)))
    if (held.some(({ claims }) => claims && claims.exp === undefined)) found.notes.push(endless(type))
  }
  if (found.marks.length > 0 && endpointOf(anchor, 'trust_mark') === null) found.notes.push(WITHOUT_TERMS)
  return found
}

const WITHOUT_LIST =
  'The anchor names no federation_trust_mark_list_endpoint that answers anyone: the file has its Trust Mark types without their marks.'
const WITHOUT_TERMS =
  'The anchor names no federation_trust_mark_endpoint that answers anyone: the terms and claims of its Trust Marks are those of a new type.'
const endless = (type: string) =>
  `Trust Marks of ${type} never expire. In the file they have the default validity.`

/** The marks of the holders; without claims if the anchor does not serve them. */
async function readHeld(
  { fetcher, failures, signal, now }: Reading,
  { anchor, type, holders }: { anchor: EntityStatementClaims; type: string; holders: readonly string[] },
): Promise<Held[]> {
  const endpoint = endpointOf(anchor, 'trust_mark')
  if (endpoint === null) return holders.map((entityId) => ({ entityId, claims: null }))
  const held: Held[] = []
  await inParallel(holders, CONCURRENCY, signal, async (subject) => {
    const request = { issuer: anchor.sub, endpoint, type, subject }
    const about = addParameters(endpoint, { trust_mark_type: type, sub: subject })
    await failures.attempt(about, async () => {
      const jwt = await retry(() => fetcher.trustMark(request, { signal }))
      const expected = { issuer: anchor.sub, subject, issuerKeys: anchor.jwks }
      const options = { ...expected, owners: anchor.trust_mark_owners, now, ...anyScheme }
      held.push({ entityId: subject, claims: (await verifyTrustMark(jwt, options)).claims })
    })
  })
  return held
}

/** A mark that ends with its delegation says nothing about its validity. */
function livedOf({ entityId, claims }: Held) {
  const { iat = 0, exp, delegation } = claims ?? {}
  const endsWithOther = delegation !== undefined && decodeJwt(delegation).claims.exp === exp
  return { sub: entityId, life: exp === undefined || endsWithOther ? null : exp - iat }
}

/** What the newest mark says about its type. */
function typeOf(
  anchor: EntityStatementClaims,
  type: string,
  { held, hours }: { held: readonly Held[]; hours: Hours },
): SourceType {
  const owner = { owner: getMember(anchor.trust_mark_owners, type) ?? null }
  const signed = held.flatMap(({ claims }) => claims ?? [])
  const [newest] = signed.toSorted((a, b) => b.iat - a.iat || (a.sub < b.sub ? -1 : 1))
  if (!newest) return { type, ...owner }
  return {
    type,
    ...(hours.usual === null ? {} : { validFor: hours.usual }),
    ...owner,
    ref: newest.ref ?? null,
    logoUri: newest.logo_uri ?? null,
    statusList: signed.some(hasStatusList),
  }
}

const hasStatusList = ({ status }: TrustMarkClaims) => isJsonObject(status) && 'status_list' in status

/** The delegation of an anchor to itself is signed again with each mark. */
function markOf(
  { entityId, claims }: Held,
  { type, statusList, owner }: SourceType,
  hours: Hours,
): SourceMark {
  const mark = { entityId, trustMarkType: type, active: true }
  if (claims === null) return mark
  const { ref: _ref, logo_uri: _logo, status, ...further } = removeProtected(claims, trustMarkProtectedClaims)
  const additionalClaims = { ...further, ...(status === undefined || statusList ? {} : { status }) }
  const validFor = hours.hoursOf(livedOf({ entityId, claims }))
  return {
    ...mark,
    ...(validFor === null ? {} : { validFor }),
    additionalClaims: Object.keys(additionalClaims).length > 0 ? additionalClaims : null,
    ...(claims.delegation === undefined || owner?.sub === claims.iss
      ? {}
      : { delegation: claims.delegation }),
  }
}
