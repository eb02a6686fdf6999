/** What a TypeScript script sees: `node faults.ts request|mutation|subscription|pages DOCUMENT VARIABLES`, as lines of JSON. */
import {
  type Document,
  HttpError,
  Inmor,
  type InmorError,
  RequestError,
} from '../../docs/examples/typescript/inmor.ts'

type Node = { id: string; entityId: string }
type Connection = { list: { edges: { node: Node }[]; pageInfo: { hasNextPage: boolean; endCursor: null } } }

/** Between the first page and the second. */
const REMOVE =
  `mutation ($input: RemoveSubordinateInput!) { removeSubordinate(input: $input) { __typename } }` as Document<
    'mutation',
    { result: { data: object } },
    object
  >

const [what = '', document = '', given = ''] = process.argv.slice(2)
const variables = JSON.parse(given)
const inmor = Inmor.from(process.env)
const say = (...message: unknown[]) => console.log(JSON.stringify(message))

async function act() {
  if (what === 'request') {
    say('data', await inmor.query(document as Document<'query', object, object>, variables))
  } else if (what === 'mutation') {
    const outcome = await inmor.mutate(
      document as Document<'mutation', { result: { data: object } }, object>,
      variables,
    )
    say('outcome', outcome.ok ? 'Ok' : 'Refused')
  } else if (what === 'subscription') {
    const listening = { onReconnect: () => say('reconnected') }
    const events = inmor.subscribe(document as Document<'subscription', object, object>, variables, listening)
    for await (const event of events) say('event', event)
  } else {
    const seen: Node[] = []
    for await (const node of inmor.pages(document as Document<'query', Connection, { first: number }>, {})) {
      seen.push(node)
      if (seen.length === 100) await inmor.mutate(REMOVE, { input: { id: seen[variables.remove]?.id } })
    }
    say(
      'end',
      seen.map(({ entityId }) => entityId),
    )
  }
}

await act().catch((error: InmorError) => {
  const code = error instanceof RequestError ? error.code : error instanceof HttpError ? error.status : null
  say(
    'error',
    error.constructor.name,
    code,
    error instanceof RequestError ? error.details : {},
    error.message,
  )
})
