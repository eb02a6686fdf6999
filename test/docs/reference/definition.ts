/** Records which file of server/schema/ defines each type, query, mutation and subscription, while the schema is built. */
import { BaseTypeRef } from '@pothos/core'
import { builder } from '#server/schema/builder.ts'

/** Paths below server/schema/, by name: `Subordinate` or `Query.subordinates`. */
export type Definitions = ReadonlyMap<string, string>

const found = new Map<string, string>()

/** The first file in the folder of a noun that leads to this call; undefined for what all nouns share. */
function definingFile(): string | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 50
  const { stack = '' } = new Error()
  Error.stackTraceLimit = limit
  // Below stand the modules that import this one, if the loader evaluates them within each other.
  const [calls = ''] = stack.split(/node:internal|\/node_modules\/vite/)
  // The first node creates the interface of all nodes and their queries.
  if (calls.includes('nodeInterfaceRef')) return undefined
  return /\/server\/schema\/([\w-]+\/[\w-]+)\.ts/.exec(calls)?.[1]
}

function note(name: string, file: string | undefined): void {
  if (file && !found.has(name)) found.set(name, file)
}

const store = builder.configStore
const addTypeRef = store.addTypeRef.bind(store)
store.addTypeRef = (ref) => {
  const file = definingFile()
  ref.onConfig(({ name }) => note(name, file))
  addTypeRef(ref)
}

const roots = ['Query', 'Mutation', 'Subscription']
const addFields = store.addFields.bind(store)
store.addFields = (param, fields) => {
  const root = param instanceof BaseTypeRef && roots.includes(param.name) ? param.name : undefined
  const file = definingFile()
  addFields(param, () => {
    const added = fields()
    if (root) for (const name of Object.keys(added)) note(`${root}.${name}`, file)
    return added
  })
}

/** Builds the schema, which this process must not have done before. @throws TypeError */
export async function loadDefinitions(): Promise<Definitions> {
  await import('#server/schema/index.ts')
  if (found.size === 0) throw new TypeError('The schema was built before its definitions could be recorded.')
  return found
}
