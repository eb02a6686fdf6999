/** Tests the schema as a contract: committed, fully described, and closed by default. */

import { readFile } from 'node:fs/promises'
import {
  type GraphQLField,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '#server/schema/index.ts'
import { nouns } from '#server/schema/operation.ts'
import { printedSchema } from '#server/schema/print.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { documentOf } from '#test/helpers/minimal-document.ts'

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
)

it('matches schema.graphql', async () => {
  const committed = await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8')
  expect(printedSchema()).toBe(committed)
})

it('describes every type, field, argument and value', () => {
  const bare: string[] = []
  const check = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description?.trim()) bare.push(name)
  }
  for (const type of types) {
    check(type.name, type)
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value)
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field)
      if ('args' in field) for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg)
    }
  }
  expect(bare).toEqual([])
})

/** Types that plugins generate have no rule, and are reached only through a field with a rule. */
const isGenerated = (name: string) =>
  /^(\w+Connection|\w+Edge|PageInfo|Node)$/.test(name) || successes.has(name)
const successes = new Set(
  [...nouns].flatMap(([name, noun]) =>
    noun === null ? [] : [`${name[0]?.toUpperCase()}${name.slice(1)}Success`],
  ),
)

it('has a permission rule for every field', () => {
  const isRuled = ({ extensions }: { extensions: Readonly<Record<string, unknown>> }) => {
    const options = extensions.pothosOptions
    return typeof options === 'object' && options !== null && 'authScopes' in options && !!options.authScopes
  }
  const objects = types.filter((type) => isObjectType(type) || isInterfaceType(type))
  const open = objects
    .filter((type) => !isGenerated(type.name) && !isRuled(type))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ type, field }) => !isRuled(field) && !isInheritedRule(type, field.name, isRuled))
  expect(open.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([])
})

function isInheritedRule(
  type: (typeof types)[number],
  name: string,
  isRuled: (field: GraphQLField<unknown, unknown>) => boolean,
): boolean {
  const interfaces = isObjectType(type) ? type.getInterfaces() : []
  return interfaces.some((parent) => {
    const field = parent.getFields()[name]
    return field !== undefined && isRuled(field)
  })
}

const fieldsOf = (type: ReturnType<typeof schema.getQueryType>) => Object.values(type?.getFields() ?? {})
const mutations = fieldsOf(schema.getMutationType()).map((field) => [field.name, field] as const)
const queries = fieldsOf(schema.getQueryType()).map((field) => [field.name, field] as const)

const forAdministrators = [
  'announceSigningKey',
  'createApiKey',
  'createInvitation',
  'createTrustAnchor',
  'createUser',
  'makeIntermediate',
  'pauseTrustAnchor',
  'removeTrustAnchor',
  'removeUser',
  'resetSecondFactor',
  'resetUserPassword',
  'resumeTrustAnchor',
  'retireKey',
  'retryMail',
  'revokeApiKey',
  'revokeKey',
  'secureUser',
  'switchSigningKey',
  'updateFederationPolicy',
  'updateTrustAnchor',
  'updateUser',
]

describe('as asked over HTTP', () => {
  const admin = adminInFile()

  async function codesFor(document: string, as: 'viewer' | 'operator' | null) {
    const { errors = [] } = await admin.execute(document, {}, as)
    return errors.map(({ extensions }) => extensions?.code)
  }

  /** The queries of the sign-in page and of an invitation, before a user is signed in. */
  const forEverybody = ['viewer', 'signInOptions', 'invitation']

  it.each(queries.filter(([name]) => !forEverybody.includes(name)))(
    '%s is for signed-in callers',
    async (_name, field) => {
      expect(await codesFor(documentOf('query', field), null)).toEqual(['UNAUTHENTICATED'])
    },
  )

  /** Roles count in the anchors that its input names (anchor/promotion.test.ts, organization/organization-anchors.test.ts). */
  const namesAnchors = ['promoteSubordinates', 'admitOrganization']

  it('viewer is null for callers who are not signed in', async () => {
    expect(await admin.execute('{ viewer { username } }', {}, null)).toEqual({ data: { viewer: null } })
  })

  it.each(mutations.filter(([name]) => !['acceptInvitation', ...namesAnchors].includes(name)))(
    '%s is for neither anonymous callers nor viewers',
    async (_name, field) => {
      const document = documentOf('mutation', field)
      expect(await codesFor(document, null)).toEqual(['UNAUTHENTICATED'])
      expect(await codesFor(document, 'viewer')).toEqual(['FORBIDDEN'])
      expect(
        await admin.server.db.auditEvent.count({ where: { method: 'api_key', outcome: 'SUCCEEDED' } }),
      ).toBe(0)
    },
  )

  it.each(forAdministrators)('%s is for administrators', async (name) => {
    const field = schema.getMutationType()?.getFields()[name]
    if (!field) throw new Error(`there is no mutation ${name}`)
    expect(await codesFor(documentOf('mutation', field), 'operator')).toEqual(['FORBIDDEN'])
  })

  it('refuses the subscription of an anonymous caller', async () => {
    const response = await fetch(`${admin.adminUrl}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'x-graphql-yoga-csrf': '1',
      },
      body: JSON.stringify({ query: 'subscription { subordinateChanged { kind } }' }),
    })
    expect(await response.text()).toContain('"code":"UNAUTHENTICATED"')
  })
})
