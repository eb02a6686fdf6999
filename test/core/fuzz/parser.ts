/** Every parser of core, with almost valid and with random input. */
import fc from 'fast-check'
import { isPermittedHost, parseConstraints } from '#core/constraints.ts'
import { parseEndpoint, parseEntityId } from '#core/entity-id.ts'
import {
  parseEntityStatement,
  verifyEntityConfiguration,
  verifySubordinateStatement,
} from '#core/entity-statement/index.ts'
import { parseHistoricalKey } from '#core/historical-keys.ts'
import { decodeJwt, parseJwt, signJwt, verifyJwt } from '#core/jws.ts'
import { parseJwk, parseJwkSet, parsePrivateJwk, toPublicJwk } from '#core/keys.ts'
import { applySuperiorMetadata, checkIssuer, parseMetadata } from '#core/metadata.ts'
import {
  applyMetadataPolicy,
  explainMetadataPolicy,
  type MetadataPolicy,
  mergeMetadataPolicies,
  parseMetadataPolicy,
  parseMetadataPolicyCrit,
} from '#core/metadata-policy/index.ts'
import { checkConstraints, resolveMetadata, validateTrustChain } from '#core/trust-chain/index.ts'
import {
  parseTrustMark,
  parseTrustMarkIssuers,
  parseTrustMarkOwners,
  verifyDelegation,
  verifyTrustMark,
} from '#core/trust-mark/index.ts'
import { type EntityName, keys } from '../fixture/keys.ts'
import { anything, json, near, unsigned } from './input.ts'
import * as sample from './sample.ts'

export type Parser = {
  name: string
  /** Runs the parser on inputs. `accept` decides which errors it may throw. */
  property(accept: (error: unknown) => boolean): fc.IAsyncProperty<unknown>
}

const { id, NOW } = sample
const clock = { now: NOW }
const set = (name: EntityName) => ({ keys: [toPublicJwk(keys[name])] })
const orAnything = (input: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary: input }, anything)

const STATEMENT = 'entity-statement+jwt'
const statements: readonly unknown[] = [
  sample.configuration('leaf', 'lower'),
  sample.statement('lower', 'leaf'),
  sample.statement('upper', 'lower'),
  sample.configuration('upper', 'anchor'),
]
const chainKeys: readonly EntityName[] = ['leaf', 'lower', 'upper', 'upper']

const jwts = (typ: string, ...claims: unknown[]) => orAnything(unsigned(near(...claims), typ, keys.leaf.kid))
const sign = (claims: unknown, name: EntityName, typ = STATEMENT) =>
  signJwt(typeof claims === 'object' && claims !== null ? claims : { claims }, { key: keys[name], typ })

/** Policies as three levels of objects, the type of a draft. */
const drafts = fc.array(
  near(sample.policy).map((policy) => ({ issuer: id('upper'), policy: policy as MetadataPolicy })),
)

export const parsers: readonly Parser[] = [
  row(
    'entity identifiers',
    orAnything(fc.webUrl({ withFragments: true, withQueryParameters: true })),
    (input) => {
      parseEntityId(input, { allowHttp: true })
    },
  ),
  row('endpoints', orAnything(fc.webUrl({ withQueryParameters: true })), (input) =>
    parseEndpoint(input, ['x']),
  ),
  row('metadata', orAnything(near(sample.metadata)), (input) => {
    const metadata = parseMetadata(input)
    checkIssuer(applySuperiorMetadata(metadata, parseMetadata(sample.metadata)), id('leaf'))
  }),
  row('constraints', orAnything(near(sample.constraints)), (input) => {
    const { naming_constraints } = parseConstraints(input)
    if (naming_constraints) isPermittedHost('leaf.example', naming_constraints)
    parseConstraints(input, { authoring: true })
  }),
  row(
    'policies',
    fc.tuple(orAnything(near(sample.policy)), near(sample.policy), near(sample.metadata)),
    (input) => {
      const [upper, lower, metadata] = input
      const merged = mergeMetadataPolicies([parseMetadataPolicy(upper), parseMetadataPolicy(lower)])
      applyMetadataPolicy(merged, parseMetadata(metadata))
    },
  ),
  row('critical operators', orAnything(fc.array(fc.string())), (input) => parseMetadataPolicyCrit(input)),
  row('explanations', fc.tuple(drafts, near(sample.metadata)), ([levels, metadata]) =>
    explainMetadataPolicy(levels, parseMetadata(metadata)),
  ),
  row('key sets', orAnything(near(sample.keySet)), (input) => parseJwkSet(input)),
  row('keys', orAnything(near(toPublicJwk(keys.leaf), sample.privateKey)), (input) => parseJwk(input)),
  row('private keys', orAnything(near(sample.privateKey)), (input) => parsePrivateJwk(input)),
  row('historical keys', orAnything(near(sample.historicalKey)), (input) => parseHistoricalKey(input)),
  row('Trust Mark issuers', orAnything(near(sample.issuers)), (input) => parseTrustMarkIssuers(input)),
  row('Trust Mark owners', orAnything(near(sample.owners)), (input) => parseTrustMarkOwners(input)),
  row('JWTs', orAnything(fc.oneof(unsigned(json, 'JWT', 'a'), fc.string())), (input) => {
    decodeJwt(input)
    parseJwt(input, { typ: 'JWT' })
  }),
  row('Entity Statements', jwts(STATEMENT, ...statements), (input) => parseEntityStatement(input)),
  row('Trust Marks', jwts('trust-mark+jwt', sample.trustMark), (input) => parseTrustMark(input)),
  row('signatures', fc.tuple(near(sample.keySet), json), async ([jwks, claims]) => {
    await verifyJwt(await sign(claims, 'leaf'), { typ: STATEMENT, keys: parseJwkSet(jwks), at: null })
  }),
  row('signed Entity Configurations', near(sample.configuration('leaf', 'lower')), async (claims) =>
    verifyEntityConfiguration(await sign(claims, 'leaf'), { ...clock, entityId: id('leaf') }),
  ),
  row('signed Subordinate Statements', near(sample.statement('lower', 'leaf')), async (claims) => {
    const link = { issuer: id('lower'), subject: id('leaf'), keys: set('lower') }
    await verifySubordinateStatement(await sign(claims, 'lower'), { ...clock, ...link })
  }),
  row('signed delegations', near(sample.delegation), async (claims) => {
    const parties = {
      owner: id('owner'),
      ownerKeys: set('owner'),
      issuer: id('side'),
      type: 'https://mark.example',
    }
    await verifyDelegation(await sign(claims, 'owner', 'trust-mark-delegation+jwt'), { ...clock, ...parties })
  }),
  row(
    'signed Trust Marks',
    fc.tuple(near(sample.trustMark), near(sample.delegation)),
    async ([claims, inner]) => {
      const delegation = await sign(inner, 'owner', 'trust-mark-delegation+jwt')
      const mark = typeof claims === 'object' ? { delegation, ...claims } : claims
      const owners = parseTrustMarkOwners(sample.owners)
      const jwt = await sign(mark, 'side', 'trust-mark+jwt')
      await verifyTrustMark(jwt, { ...clock, subject: id('leaf'), issuerKeys: set('side'), owners })
    },
  ),
  row('Trust Chains', changedChain(), async (claims) => {
    const signed = claims.map((each, at) => sign(each, chainKeys[at] ?? 'outsider'))
    const chain = await validateTrustChain(await Promise.all(signed), {
      ...clock,
      trustAnchorKeys: set('upper'),
    })
    checkConstraints(chain)
    resolveMetadata(chain)
  }),
]

/** A chain with one changed statement. */
function changedChain(): fc.Arbitrary<unknown[]> {
  return fc
    .nat(statements.length - 1)
    .chain((at) => near(statements[at]).map((claims) => statements.with(at, claims)))
}

function row<Input>(name: string, input: fc.Arbitrary<Input>, parse: (input: Input) => unknown): Parser {
  return {
    name,
    property: (accept) =>
      fc.asyncProperty(input, async (value) => {
        try {
          await parse(value)
        } catch (error) {
          if (!accept(error)) throw error
        }
      }),
  }
}
