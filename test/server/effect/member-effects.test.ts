/** Tests that examining equal members once finds what examining each of them alone finds. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Constraints } from '#core/constraints.ts'
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { createLocalSigner, signJwt } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { connectDatabase } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { createEffectGroups } from '#server/services/effect/effect-groups.ts'
import { type BothPolicies, memberEffects } from '#server/services/effect/member-effects.ts'
import { resolveContent } from '#server/services/entity/chain-fault.ts'
import { storedChain } from '#server/services/entity/prospective-chain.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

const MEMBERS = 150
const POLICIES = 60
const SEED = 22
const anchor = 'https://ta.example.org'
const time = new Date()
const now = () => time

const idOf = (at: number) => `https://rp-${at}.${at % 3 === 0 ? 'inside' : 'outside'}.example.org`

const types = ['openid_relying_party', 'openid_provider', 'federation_entity']
const lists = [['a'], ['b'], ['a', 'b'], []]
const value = fc.constantFrom<unknown>('a', 'b', 'a b', 1, true, ...lists)
/** `issuer` is that of the entity, or another. */
const parameters = fc.record(
  { issuer: fc.constantFrom('own', 'https://other.example.org'), scope: value, contacts: value, name: value },
  { requiredKeys: [] },
)
const metadata = fc.dictionary(fc.constantFrom(...types), parameters, { maxKeys: 3 })
const list = fc.constantFrom(...lists)
const operators = fc.record(
  {
    value: fc.option(value),
    add: list,
    default: value,
    one_of: list,
    subset_of: list,
    superset_of: list,
    essential: fc.boolean(),
    unknown: value,
  },
  { requiredKeys: [] },
)
const policy = fc
  .dictionary(
    fc.constantFrom(...types),
    fc.dictionary(fc.constantFrom('issuer', 'scope', 'contacts', 'name'), operators, {
      minKeys: 1,
      maxKeys: 2,
    }),
    { minKeys: 1, maxKeys: 2 },
  )
  .filter(isPolicy)
const constraints = fc.constantFrom<Constraints>(
  { naming_constraints: { permitted: ['.inside.example.org'] } },
  { allowed_entity_types: ['openid_provider'] },
  {},
)
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 1 })
const member = fc.record({
  metadata,
  forcedMetadata: rarely(metadata),
  metadataPolicy: rarely(policy),
  constraints: rarely(constraints),
})

function isPolicy(given: unknown): boolean {
  try {
    parseMetadataPolicy(given)
    return true
  } catch (error) {
    if (error instanceof FederationError) return false
    throw error
  }
}

const part = inFile(async () => {
  const database = await startMigratedDatabase()
  const db = connectDatabase(database.url)
  const key = await generateSigningKey('ES256')
  const [signer, keys] = [await createLocalSigner(key), { keys: [toPublicJwk(key)] }]
  const own = (given: Record<string, { issuer?: string }>, entityId: string) =>
    JSON.parse(JSON.stringify(given).replaceAll('"own"', JSON.stringify(entityId)))
  const iat = toUnix(time)
  const rows = fc.sample(member, { numRuns: MEMBERS, seed: SEED }).map(async (given, at) => {
    const entityId = idOf(at)
    const configured = { entityId, iat, exp: iat + 3600, keys, metadata: own(given.metadata, entityId) }
    const entityConfiguration = await signJwt(buildEntityConfiguration(configured), {
      key: signer,
      typ: ENTITY_STATEMENT_TYP,
    })
    return {
      ...given,
      entityId,
      entityConfiguration,
      metadata: {},
      entityTypes: [],
      jwks: keys,
      entityConfigurationExpiresAt: time,
      lastCheckedAt: time,
    } as Prisma.SubordinateCreateManyInput
  })
  await db.subordinate.createMany({ data: await Promise.all(rows) })
  return {
    db,
    async close() {
      await db.$disconnect()
      await database.close()
    },
  }
})

async function groupsOfAll(both: BothPolicies) {
  const groups = createEffectGroups()
  for await (const page of memberEffects({ db: part.db, entityId: anchor, now }, both))
    for (const { id, effect } of page) groups.add(id, effect)
  return groups.list()
}

async function groupsOfEach({ present, proposed }: BothPolicies) {
  const groups = createEffectGroups()
  for (const row of await part.db.subordinate.findMany({ where: { active: true }, orderBy: { id: 'asc' } })) {
    const [before, after] = [present, proposed].map((settings) =>
      resolveContent(() => storedChain(typedSubordinate(row), { settings, anchor, now: toUnix(time) })),
    )
    if (before && after) groups.add(row.id, { before, after })
  }
  return groups.list()
}

it('finds the same groups with the same entities, values and messages', async () => {
  const policies = fc.sample(fc.tuple(policy, fc.oneof(policy, fc.constant({})), rarely(constraints)), {
    numRuns: POLICIES,
    seed: SEED,
  })
  const settings = await readSettings(part.db)
  const seen = new Set<string>()
  for (const [metadataPolicy, proposed, given] of policies) {
    const present = { ...settings, metadataPolicy, constraints: given ?? {} }
    const both = { present, proposed: { ...present, metadataPolicy: proposed } }
    const groups = await groupsOfAll(both)
    expect(groups, JSON.stringify([metadataPolicy, proposed, given])).toEqual(await groupsOfEach(both))
    for (const { effect, resolvesNow } of groups) seen.add(`${effect} ${resolvesNow}`)
  }
  expect([...seen].sort()).toEqual(['CHANGED false', 'CHANGED true', 'FAILS false', 'FAILS true'])
})

it('says of a configuration that this version refuses what its parser says', async () => {
  const { id } = await part.db.subordinate.findFirstOrThrow({ orderBy: { id: 'asc' } })
  await part.db.subordinate.update({
    where: { id },
    data: { entityConfiguration: 'e30.e30.x', unresolvableCode: 'STATEMENT' },
  })
  const present = await readSettings(part.db)
  const both = { present, proposed: present }
  const groups = await groupsOfAll(both)
  const [group] = groups.filter(({ ids }) => ids.includes(id))
  expect(group).toMatchObject({
    effect: 'FAILS',
    resolvesNow: false,
    message: expect.stringMatching(/^The JWT/),
  })
  expect(groups).toEqual(await groupsOfEach(both))
})
