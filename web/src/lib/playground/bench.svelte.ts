/** The state of the page "API": the operation in the editor, the schema, the run, and the history. */
import type { GraphQLSchema } from 'graphql'
import { isRecord, parseJsonObject } from '#lib/json/json.ts'
import { clearHistory, keepInHistory, readHistory } from './history.ts'
import type { Tools } from './load.ts'
import { createRun } from './run.svelte.ts'
import { type Request, send } from './send.ts'

/** The first thing to run, for every role. */
const firstQuery = `query First {
  viewer {
    username
    role
  }
  subordinates(first: 5) {
    totalCount
    edges {
      node {
        entityId
        state
      }
    }
  }
}
`

/** Survives a visit of another page, in this document. */
const kept = { query: firstQuery, variables: '' }

export function createBench(tools: Tools, username: string) {
  const run = createRun()
  let query = $state(kept.query)
  let variables = $state(kept.variables)
  /** Of the cursor, in characters of `query`. */
  let offset = $state(0)
  let schema = $state.raw<GraphQLSchema>()
  let schemaProblem = $state<string>()
  let history = $state.raw(readHistory(username, localStorage))

  const found = $derived(tools.findOperation(query, offset))
  const parsed = $derived(parseJsonObject(variables))
  const problem = $derived(
    found.problem ?? (parsed.problem && `The variables cannot be sent. ${parsed.problem}`),
  )
  const request = $derived<Request>({
    query,
    variables: isRecord(parsed.value) ? parsed.value : undefined,
    operationName: found.operation?.name,
  })

  return {
    run,
    get query() {
      return query
    },
    set query(text) {
      query = text
      kept.query = text
    },
    get variables() {
      return variables
    },
    set variables(text) {
      variables = text
      kept.variables = text
    },
    set offset(at: number) {
      offset = at
    },
    /** What would run; undefined if it cannot be read. */
    get operation() {
      return found.operation
    },
    /** Why the operation or its variables cannot be sent. */
    get problem() {
      return problem
    },
    get request() {
      return request
    },
    get schema() {
      return schema
    },
    get schemaProblem() {
      return schemaProblem
    },
    get history() {
      return history
    },
    open(text: string, values: string) {
      this.query = text
      this.variables = values
      offset = 0
    },
    start() {
      if (!found.operation || problem) return
      history = keepInHistory(username, { query, variables, at: new Date().toISOString() }, localStorage)
      void run.start(request, found.operation.kind === 'subscription')
    },
    clearHistory() {
      clearHistory(localStorage, username)
      history = []
    },
    async loadSchema(signal: AbortSignal) {
      schemaProblem = undefined
      const answer = await send({ query: tools.introspection }, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        const { data, errors } = JSON.parse(answer?.text ?? '{}')
        if (data) schema = tools.schemaOf(data)
        else schemaProblem = errors?.[0]?.message ?? 'The server cannot be reached.'
      } catch {
        schemaProblem = 'The server’s answer is not a schema.'
      }
    },
  }
}

export type Bench = ReturnType<typeof createBench>
