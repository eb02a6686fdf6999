/** Tests that every field of every mutation's success payload can be selected in the mutation. */
import { getNamedType, isObjectType, isUnionType } from 'graphql'
import { beforeAll, expect, it } from 'vitest'
import { schema } from '#server/schema/index.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { unreachableMail } from '#test/helpers/mail-server.ts'
import { successOf } from '#test/helpers/mutation.ts'
import { visit } from '#test/helpers/visitor.ts'
import { createCalls } from './mutation-calls.ts'
import { selectAll } from './select-all.ts'

const admin = adminInFile({}, { mail: unreachableMail })
const visitor = inFile(() => visit(admin.adminUrl))
beforeAll(async () => {
  expect((await visitor.signIn('admin', PASSWORD)).status).toBe(200)
})

const mutations = schema.getMutationType()?.getFields() ?? {}

/** The whole answer of a mutation that must succeed. */
// biome-ignore lint/suspicious/noExplicitAny: the schema defines the payload of the mutation
async function succeed(name: string, input: object | null): Promise<any> {
  const field = mutations[name]
  if (!field) throw new Error(`There is no mutation ${name}.`)
  const result = getNamedType(field.type)
  const success = isUnionType(result) ? result.getTypes().find((type) => /Success$/.test(type.name)) : result
  if (!isObjectType(success)) throw new Error(`${name} has no success payload.`)
  const variables = input ? `(${Object.keys(input).map((key) => `$${key}: ${typeOf(name, key)}`)})` : ''
  const given = input ? `(${Object.keys(input).map((key) => `${key}: $${key}`)})` : ''
  const selection = isUnionType(result)
    ? `{ __typename ... on ${success.name} ${selectAll(success)} ... on Error { message } }`
    : selectAll(success)
  const document = `mutation ${variables} { result: ${name}${given} ${selection} }`
  const { data, errors } = await visitor.execute(document, input ?? {})
  expect(errors).toBeUndefined()
  if (isUnionType(result))
    expect(data.result, data.result.message).toMatchObject({ __typename: success.name })
  return successOf(name, data.result)
}

function typeOf(mutation: string, argument: string): string {
  return String(mutations[mutation]?.args.find(({ name }) => name === argument)?.type)
}

const calls = createCalls({ admin: () => admin, visitor: () => visitor, succeed })

/** Ends the runs of other rows, because only one of a kind may run. */
async function endRuns(): Promise<void> {
  await expect.poll(() => admin.server.db.run.count({ where: { endedAt: null } })).toBe(0)
}

it('has a call for every mutation of the schema', () => {
  expect(calls.map(([mutation]) => mutation).sort()).toEqual(Object.keys(mutations).sort())
})

it.for(calls)('answers every field of %s', async ([mutation, variables]) => {
  await endRuns()
  expect(await succeed(mutation, await variables())).toBeTruthy()
})
