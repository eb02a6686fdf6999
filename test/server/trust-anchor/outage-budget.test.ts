/** Tests that an outage budget is refused where a validity is too short for it, and a validity that is too short for the budget. */
import { afterEach, describe, expect, it } from 'vitest'
import { defaultTerms } from '#core/defaults.ts'
import { withinLimits } from '#server/import/trust-mark-type.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const admin = adminInFile()
const marks = trustMarksOf(() => admin)

const update = async (input: object): Promise<number | null> =>
  (await admin.mutate('updateTrustAnchor', input, 'outageBudget', 'admin')).outageBudget
const refused = (input: object) => refusalOf('updateTrustAnchor', input)

/** The message and place of the refusal. */
async function refusalOf(mutation: string, input: object) {
  const inputType = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  const document = `mutation ($input: ${inputType}!) { ${mutation}(input: $input) {
    __typename ... on InvalidInputError { message path } } }`
  const { data, errors } = await admin.execute(document, { input }, 'admin')
  expect(errors).toBeUndefined()
  const { message, path, __typename } = data[mutation]
  return __typename === 'InvalidInputError' ? { message, path } : __typename
}

/** Everything that a budget of 72 hours needs. */
const long = { entityConfigurationHours: 100, statementHours: 168 }

afterEach(async () => {
  const { db } = admin.server
  await db.issuedTrustMark.deleteMany()
  await db.trustMark.deleteMany()
  await db.trustMarkType.deleteMany()
  await db.subordinate.deleteMany()
  const cleared = { outageBudget: null, maximumStatementHours: null, maximumTrustMarkHours: null }
  await update({ ...cleared, entityConfigurationHours: null, statementHours: null })
})

describe('a budget', () => {
  it('is set together with what it needs, and cleared', async () => {
    expect(await update({ ...long, outageBudget: 72 })).toBe(72)
    expect(await update({ outageBudget: null })).toBe(null)
  })

  it.each([
    [
      'the Entity Configuration',
      { entityConfigurationHours: 99 },
      'entityConfigurationHours is 99 hours',
      71,
    ],
    ['statements', { statementHours: 48 }, 'statementHours is 48 hours', 34],
    [
      'the longest statement',
      { statementHours: 50, maximumStatementHours: 50 },
      'statementHours is 50 hours',
      36,
    ],
    ['the longest Trust Mark', { maximumTrustMarkHours: 60 }, 'maximumTrustMarkHours is 60 hours', 43],
  ])('is refused while the validity of %s is shorter', async (_title, short, reason, most) => {
    await update({ ...long, ...short })
    const message = `outageBudget must be at most ${most} hours, because ${reason}. For 72 hours, raise that to 100 hours first.`
    expect(await refused({ outageBudget: 72 })).toEqual({ message, path: ['input', 'outageBudget'] })
    expect(await update({ outageBudget: most })).toBe(most)
  })

  it('is refused while a validity keeps none at all', async () => {
    await update({ statementHours: 3 })
    const { message } = await refused({ outageBudget: 1 })
    expect(message).toBe(
      'outageBudget cannot be kept, because statementHours is 3 hours. For 1 hour, raise that to 6 hours first.',
    )
  })

  it('is refused while a member, a type or a mark has a shorter validity', async () => {
    await update(long)
    const { leaf, id } = await registerLeaf(admin, { validFor: 24 })
    expect((await refused({ outageBudget: 72 })).message).toContain(
      `the statement about ${leaf.id} is valid for 24 hours`,
    )
    await admin.mutate('updateSubordinate', { id, validFor: null }, 'id')
    const type = await marks.createType({ validFor: 90 })
    expect((await refused({ outageBudget: 72 })).message).toContain(
      `the Trust Mark type ${type.type} is valid for 90 hours`,
    )
    const mark = await marks.issueOf(type.type)
    await admin.mutate('updateTrustMarkType', { id: type.id, validFor: null }, 'id')
    expect((await refused({ outageBudget: 72 })).message).toContain(
      `the Trust Mark of ${subject} of the type ${type.type} is valid for 90 hours`,
    )
    await marks.change('update', mark.id, { autorenew: false }) // a mark that is meant to end
    expect(await update({ outageBudget: 72 })).toBe(72)
  })

  it.each([0, 2161])('is refused outside its limits, such as %d', async (outageBudget) => {
    expect(await refused({ outageBudget })).toEqual({
      message: expect.stringContaining('must be from 1 to 2160 hours'),
      path: ['input', 'outageBudget'],
    })
  })
})

describe('with a budget of 72 hours', () => {
  const because = 'must be at least 100 hours, because the outage budget is 72 hours.'

  it.each(['entityConfigurationHours', 'statementHours', 'maximumTrustMarkHours'])(
    '%s is not shortened below it',
    async (name) => {
      await update({ ...long, outageBudget: 72 })
      expect(await refused({ [name]: 99 })).toEqual({ message: `${name} ${because}`, path: ['input', name] })
      expect(await refused({ [name]: 100 })).toBe('UpdateTrustAnchorSuccess')
    },
  )

  it('the longest statement is not shortened below it', async () => {
    await update({ ...long, statementHours: 100, outageBudget: 72 })
    const message = 'statementHours must not be above maximumStatementHours.'
    expect(await refused({ maximumStatementHours: 99 })).toMatchObject({ message })
    const both = { statementHours: 99, maximumStatementHours: 99 }
    expect(await refused(both)).toMatchObject({ message: `statementHours ${because}` })
  })

  it('no member has a shorter validity, at registration or later', async () => {
    await update({ ...long, outageBudget: 72 })
    const leaf = await startLeaf(admin)
    const refusal = { message: `validFor ${because}`, path: ['input', 'validFor'] }
    expect(await refusalOf('registerSubordinate', { entityId: leaf.id, validFor: 99 })).toEqual(refusal)
    const { id } = await register(admin, leaf, { validFor: 100 })
    expect(await refusalOf('updateSubordinate', { id, validFor: 24 })).toEqual(refusal)
  })

  it('no type or mark that is renewed automatically has a shorter validity', async () => {
    await update({ ...long, outageBudget: 72 })
    const refusal = { message: `validFor ${because}`, path: ['input', 'validFor'] }
    const type = 'https://ta.example.org/marks/short'
    expect(await refusalOf('createTrustMarkType', { type, validFor: 99 })).toEqual(refusal)
    const day = await marks.createType({ validFor: 24, autorenew: false })
    expect(await refusalOf('updateTrustMarkType', { id: day.id, autorenew: true })).toEqual(refusal)
    const mark = await marks.issueOf(day.type)
    expect(await refusalOf('updateTrustMark', { id: mark.id, autorenew: true })).toEqual(refusal)
    expect(await refusalOf('updateTrustMark', { id: mark.id, autorenew: true, validFor: 100 })).toBe(
      'UpdateTrustMarkSuccess',
    )
  })

  it('an import raises what is shorter, apart from marks that are meant to end', () => {
    const limits = { maximumTrustMarkHours: 8760, outageBudget: 72 }
    const short = { ...defaultTerms, validFor: 24, renewalTime: 12 }
    expect(withinLimits(short, limits)).toEqual({
      fields: { ...short, validFor: 100 },
      notes: ['Valid for 100 hours instead of 24.'],
    })
    expect(withinLimits({ ...short, autorenew: false }, limits).fields.validFor).toBe(24)
  })
})
