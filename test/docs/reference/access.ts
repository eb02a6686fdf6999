/** Says who may use a type or a field of the GraphQL API, from the scopes that the server checks. */
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'

/** What a type or a field such as `Query.users` needs, as a sentence; empty if it has no rule of its own. */
export type Access = (name: string) => string

type Scopes = { readonly [scope: string]: boolean | Scopes }

/** The keys are the scopes of server/schema/builder.ts. */
const phrases: Readonly<Record<string, string>> = {
  read: 'the role viewer',
  operate: 'the role operator',
  administer: 'the role admin',
  administerInstallation: 'the role admin in the installation',
  operateAnywhere: 'the role operator in the installation or in any anchor',
  administerAnywhere: 'the role admin in the installation or in any anchor',
  known: 'a role in the installation or in any anchor',
  member: 'the session of a user who acts for an organization',
  ownAccount: 'a session, which an API key does not have',
}

/** Rules that are functions, of the object or of the input. */
const computed: Readonly<Record<string, string>> = {
  'Mutation.applyPlan': 'Needs the role operator, or viewer for a dry run.',
  'Mutation.applyConfiguration': 'Needs the role operator, or viewer for a dry run.',
  'Mutation.restoreVersion':
    'Needs the role operator, or admin if the version is one of the settings or the policy.',
  'Query.node': 'Needs the role viewer; for objects of the installation, what their types say.',
  'Query.nodes': 'Needs the role viewer; for objects of the installation, what their types say.',
  Approval:
    'Shown to the one who asked for it, and to the role operator in its anchor, or in the installation if it has none.',
}

interface Ruled {
  extensions: { ofInstallation?: boolean; pothosOptions?: { authScopes?: Scopes | (() => unknown) } }
}

/** @throws TypeError for a rule without words */
export function findAccess(schema: GraphQLSchema): Access {
  const sentences = new Map<string, string>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    sentences.set(type.name, sentenceOf(type.name, type))
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`
      sentences.set(name, sentenceOf(name, field))
    }
  }
  return (name) => sentences.get(name) ?? ''
}

/** Pothos keeps the options of a type and of a field in its extensions. */
function sentenceOf(name: string, { extensions }: { extensions: object }): string {
  const { pothosOptions = {}, ofInstallation } = extensions as Ruled['extensions']
  const { authScopes } = pothosOptions
  if (authScopes === undefined) return ''
  if (typeof authScopes === 'function') {
    const sentence = computed[name]
    if (sentence === undefined) throw new TypeError(`test/docs/reference/access.ts does not know ${name}`)
    return sentence
  }
  if (authScopes.anyone) return isRootField(name) ? 'Needs no sign-in.' : '' // said once, where a call begins
  const phrase = phraseOf(authScopes)
  const isOfRole = /^the role \w+$/.test(phrase)
  return `Needs ${phrase}${ofInstallation && isOfRole ? ' in the installation' : ''}.`
}

const isRootField = (name: string) => /^(Query|Mutation|Subscription)\./.test(name)

/** One of several scopes is enough, unless they are in `$all`. */
function phraseOf(scopes: Scopes, joint = ', or '): string {
  const parts = Object.entries(scopes).map(([scope, value]) => {
    if (scope === '$all' && typeof value === 'object') return phraseOf(value, ', and ')
    const phrase = phrases[scope]
    if (phrase === undefined) throw new TypeError(`test/docs/reference/access.ts does not know ${scope}`)
    return phrase
  })
  return parts.join(joint)
}
