/** Tests patches: an absent field keeps its value, `null` restores the database's default, a value is parsed. */
import { expect, it, test } from 'vitest'
import { FederationError } from '#core/errors.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'
import {
  columnsOf,
  defaultsOf,
  field,
  type Input,
  optionalJsonField,
  parsePatch,
} from '#server/services/patch.ts'
import { statementFields } from '#server/services/subordinate/input.ts'
import { trustMarkTypeFields } from '#server/services/trust-mark/trust-mark-types.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const table = {
  hours: field(7, (hours: number, { maximum }: { maximum: number }) => {
    if (hours <= maximum) return hours
    throw new FederationError('invalid_request', `at most ${maximum}`)
  }),
  owner: optionalJsonField((owner: unknown) => ({ owner })),
}
const parse = (input: Input<typeof table>) => parsePatch(table, input, { maximum: 10 })

it.each([
  [{}, {}, {}],
  [{ hours: undefined }, {}, {}],
  [
    { hours: null, owner: null },
    { hours: 7, owner: null },
    { hours: 7, owner: Prisma.DbNull },
  ],
  [
    { hours: 0, owner: 'x' },
    { hours: 0, owner: { owner: 'x' } },
    { hours: 0, owner: { owner: 'x' } },
  ],
])('converts %j to the patch %j', (input, patch, columns) => {
  expect(parse(input)).toEqual(patch)
  expect(columnsOf(table, parse(input))).toEqual(columns)
})

it('names the invalid field', () => {
  expect(() => parse({ hours: 11 })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', path: ['hours'], message: 'at most 10' }),
  )
})

it('accepts no name that the table lacks, as the compiler says', () => {
  const known = { hours: 1 }
  const unknown = { hours: 1, minutes: 2 }
  const settings = { maximum: 10 }
  expect(columnsOf(table, known)).toEqual(known)
  // @ts-expect-error: the table has no minutes
  expect(columnsOf(table, unknown)).toEqual(known)
  // @ts-expect-error: the table has no minutes
  expect(parsePatch(table, unknown, settings)).toEqual(known)
  // @ts-expect-error: a subordinate has no nickname
  expect(withOrganizationKey({ id: 1, nickname: 'x' })).toMatchObject({ id: 1 })
})

const admin = adminInFile()

test('gives a Trust Mark type the defaults of the database', async () => {
  const row = await admin.server.db.trustMarkType.create({
    data: { type: 'https://ta.example.org/marks/bare' },
  })
  expect(row).toMatchObject(defaultsOf(trustMarkTypeFields))
})

test('gives a subordinate the defaults of the database', async () => {
  const row = await admin.server.db.subordinate.create({
    data: {
      entityId: 'https://bare.example.org',
      metadata: {},
      jwks: { keys: [] },
      entityConfiguration: '',
      entityConfigurationExpiresAt: new Date(),
      lastCheckedAt: new Date(),
    },
  })
  expect(row).toMatchObject(defaultsOf(statementFields))
})
