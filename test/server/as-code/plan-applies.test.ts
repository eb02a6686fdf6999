/** Tests that a plan without a fault is applied whole, or not at all with the reasons, for random files. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { apply, exportText, fileOf, planOf } from './configured.ts'

/** `PLAN_RUNS` sets another number of plans. */
const RUNS = Number(process.env.PLAN_RUNS ?? 12)
const SEED = Number(process.env.PLAN_SEED ?? 20)

const admin = adminInFile()

const policy = fc.constantFrom(
  {},
  { openid_relying_party: { client_name: { value: 'One' } } },
  { openid_relying_party: { client_name: { value: 'Two' } } },
  { openid_relying_party: { contacts: { essential: true } } },
  { openid_relying_party: { contacts: { superset_of: ['a@example.org'] } } },
  { openid_relying_party: { contacts: { add: ['a@example.org'] } } },
)
const constraints = fc.constantFrom(
  {},
  { max_path_length: 0 },
  { naming_constraints: { permitted: ['x.example.org'] } },
  { allowed_entity_types: ['openid_relying_party'] },
)
const member = fc.record(
  {
    at: fc.nat({ max: 3 }),
    metadataPolicy: fc.option(policy),
    constraints: fc.option(constraints),
    jwks: fc.constantFrom('own', 'other'),
    active: fc.boolean(),
    tags: fc.constantFrom(['a'], ['b'], []),
  },
  { requiredKeys: ['at'] },
)
const file = fc.record(
  {
    metadataPolicy: policy,
    settings: fc.record(
      {
        constraints,
        statementHours: fc.constantFrom(24, 168, 700),
        maximumStatementHours: fc.constantFrom(200, 8760),
      },
      { requiredKeys: [] },
    ),
    members: fc.uniqueArray(member, { selector: ({ at }) => at, maxLength: 3 }),
  },
  { requiredKeys: [] },
)

it('is applied whole, or changes nothing and says why; who stops is complete', {
  timeout: 3_600_000,
}, async () => {
  const contacts = {
    openid_relying_party: { ...relyingParty.openid_relying_party, contacts: ['b@example.org'] },
  }
  const leaves = await Promise.all([
    ...[0, 1].map(() => startLeaf(admin)),
    ...[2, 3].map(() => startLeaf(admin, { metadata: contacts })),
  ])
  for (const leaf of leaves) await register(admin, leaf)
  const other: JwkSet = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
  const seen = { faulty: 0, whole: 0, refused: 0, stopping: 0 }
  for (const [run, { members = [], ...rest }] of fc.sample(file, { numRuns: RUNS, seed: SEED }).entries()) {
    const described = members.map(({ at, jwks, ...fields }) => ({
      entityId: leaves[at]?.id,
      ...fields,
      ...(jwks ? { jwks: jwks === 'own' ? leaves[at]?.keys : other } : {}),
    }))
    const text = fileOf(JSON.parse(JSON.stringify({ ...rest, members: described })))
    const plan = await planOf(admin, text)
    if (plan.faults.length > 0) {
      seen.faulty++
      for (const { line, column } of plan.faults) expect([line > 1, column > 0], text).toEqual([true, true])
      continue
    }
    const names = plan.effect?.stops.flatMap(({ entities }) => entities.map(({ entityId }) => entityId)) ?? []
    if (names.length > 0) seen.stopping++
    expect(names).toHaveLength(plan.effect?.members.stops ?? 0)
    for (const name of names) expect(plan.text).toContain(`\n  ${name}\n`)
    const before = await exportText(admin)
    const { state, items } = await apply(admin, text)
    const failed = items.filter(({ ok }) => !ok)
    if (state === 'SUCCEEDED') {
      seen.whole++
      expect(failed, `run ${run}: ${text}`).toEqual([])
      expect(await planOf(admin, text), text).toMatchObject({ steps: [], faults: [] })
    } else {
      seen.refused++
      expect([state, failed.length > 0, failed.every(({ message }) => message)], text).toEqual([
        'FAILED',
        true,
        true,
      ])
      expect(await exportText(admin), text).toBe(before)
    }
  }
  expect(seen.faulty).toBeGreaterThan(0)
  expect(seen.whole).toBeGreaterThan(0)
  if (RUNS >= 100) process.stdout.write(`${JSON.stringify(seen)}\n`)
})
