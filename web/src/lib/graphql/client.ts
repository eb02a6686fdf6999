/** Calls the GraphQL API. `read` throws what +error.svelte shows; `write` returns what a form shows. */

import { error } from '@sveltejs/kit'
import { type AnyVariables, Client, type CombinedError, fetchExchange } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'
import { acrossExchanges } from '#lib/auth/exchange.ts'
import { reauthentication } from '#lib/auth/reauthentication.svelte.ts'
import { fieldsInWords } from '#lib/form/field-word.ts'
import { isFormOpen } from '#lib/form/open-forms.ts'
import type { EntityCheckFieldsFragment, ErrorCode } from '#lib/gql/graphql.ts'
import { waitingMessage } from '#lib/protection/waiting.ts'
import { isReloading } from '#lib/reload.ts'
import { connection } from './connection.svelte.ts'
import { type Document, hashOfNode, nodeOf } from './document.ts'
import { headers, headersWithoutAnchor, url } from './endpoint.ts'
import { noting } from './noting.ts'
import { hasCode, problemOf, problems } from './problem.ts'
import type { Outcome, Refusal } from './refusal.ts'
import type { Whole } from './whole.ts'

const options = { headers, credentials: 'same-origin' } as const

const client = new Client({
  url,
  exchanges: [
    persistedExchange({
      enableForMutation: true,
      preferGetForPersistedQueries: false,
      generateHash: async (_text, document) => hashOfNode(document),
    }),
    fetchExchange,
  ],
  fetchOptions: options,
  fetch: noting((...request) => globalThis.fetch(...request)),
  preferGetMethod: false,
  requestPolicy: 'network-only',
})

/** What a form shows of a failure without a typed result. */
function refusalOf(failure: CombinedError | undefined): Refusal {
  // A variable of the wrong type, or an argument of a query; neither has a typed result.
  const { message: sentence, extensions } = failure?.graphQLErrors[0] ?? {}
  if (sentence && extensions?.code === 'INVALID_INPUT') {
    return {
      message: fieldsInWords(sentence),
      path: fieldPath(Array.isArray(extensions.path) ? extensions.path.map(String) : []),
    }
  }
  if (extensions?.code === 'APPROVAL_REQUIRED' && typeof extensions.approval === 'string')
    return { message: waitingMessage(extensions.approval), path: [], code: 'APPROVAL_REQUIRED' }
  const { message, advice } = failure ? problemOf(failure) : problems.NETWORK
  const isForbidden = extensions?.code === 'FORBIDDEN'
  return { message: `${message} ${advice}`.trim(), path: [], ...(isForbidden && { code: 'FORBIDDEN' }) }
}

/** Arguments that contain the fields of a form: the API's path `input`, `jwks` is `jwks` there. */
const wholes: readonly unknown[] = ['input', 'changes']

const fieldPath = (path: readonly string[]) => (wholes.includes(path[0]) ? path.slice(1) : path)

const isSignedOut = (failure: CombinedError | undefined) => hasCode(failure?.graphQLErrors, 'UNAUTHENTICATED')

/** The API refuses the query, or answers without a viewer. */
const lacksSession = ({ error: failure, data }: { error?: CombinedError | undefined; data?: unknown }) =>
  isSignedOut(failure) ||
  (typeof data === 'object' && data !== null && 'viewer' in data && data.viewer === null)

/** Repeats a request that was refused without a session, after the user has signed in again, if the user may be asked. */
async function inSession<Answer extends { error?: CombinedError }>(
  send: () => PromiseLike<Answer>,
  mayAsk = () => true,
): Promise<Answer> {
  const answer = await acrossExchanges(send, lacksSession)
  if (!isSignedOut(answer.error)) return answer
  connection.refused()
  return mayAsk() && (await reauthentication.ask('ended')) ? send() : answer
}

/** Reads in the background: a failure is silent and never asks the user to sign in. */
export async function readInBackground<Data, Variables extends AnyVariables>(
  fetch: typeof globalThis.fetch,
  document: Document<Data, Variables>,
  variables: Variables,
): Promise<Data | undefined> {
  const { data, error: failure } = await acrossExchanges(
    () => client.query(nodeOf(document), variables, { fetch: noting(fetch) }).toPromise(),
    lacksSession,
  )
  if (isSignedOut(failure)) connection.refused()
  return failure ? undefined : data
}

/** As `readInBackground`, about the installation: for a user without a role in the anchor of the document. */
export async function readWithoutAnchor<Data, Variables extends AnyVariables>(
  fetch: typeof globalThis.fetch,
  document: Document<Data, Variables>,
  variables: Variables,
): Promise<Data | undefined> {
  const context = { fetch: noting(fetch), fetchOptions: { ...options, headers: headersWithoutAnchor } }
  const { data, error: failure } = await client.query(nodeOf(document), variables, context).toPromise()
  return failure ? undefined : data
}

/** Milliseconds between two attempts to read a part of a page again. */
const RETRY_PAUSE = 3_000

/** The server cannot be reached, or its database cannot. */
const isAway = (failure: CombinedError | undefined) =>
  failure?.networkError !== undefined || hasCode(failure?.graphQLErrors, 'UNAVAILABLE')

/**
 * A part of a page that is read again waits for the server, for the next session, and after a change of the role until the form
 * is closed: an error would replace the page, with all that was typed, and a question would interrupt it.
 * @throws the error that the nearest +error.svelte shows, for a page that is opened.
 */
export async function read<Data, Variables extends AnyVariables>(
  fetch: typeof globalThis.fetch,
  document: Document<Data, Variables>,
  variables: Variables,
): Promise<Whole<Data>> {
  const send = () =>
    inSession(
      () => client.query(nodeOf(document), variables, { fetch: noting(fetch) }).toPromise(),
      () => !isReloading(),
    )
  let { data, error: failure } = await send()
  const isKept = () => hasCode(failure?.graphQLErrors, 'FORBIDDEN') && isFormOpen()
  while ((isAway(failure) || isSignedOut(failure) || isKept()) && isReloading()) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE))
    if (connection.isSessionOver || isKept()) continue
    ;({ data, error: failure } = await send())
  }
  if (failure) {
    const { status, message, requestId } = problemOf(failure)
    error(status, { message, ...(requestId && { requestId }) })
  }
  if (data === undefined) error(500, { message: 'The server sent an empty answer.' })
  return data as Whole<Data> // without a failure
}

/** Queries from a form. Never throws, so that the user's input survives a failure. */
export async function ask<Data, Variables extends AnyVariables>(
  document: Document<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Data>> {
  const { data, error: failure } = await inSession(() =>
    client.query(nodeOf(document), variables).toPromise(),
  )
  return failure || data === undefined ? { refusal: refusalOf(failure) } : { value: data }
}

/** A type that implements `Error`. */
type Failure = {
  message: string
  code?: ErrorCode
  path?: string[] | null
  checks?: EntityCheckFieldsFragment[]
  configuration?: string | null
}

/** What a mutation answers: one field, with a success or a failure. */
type Answer = Record<string, object>
type Success<Data extends Answer> = Exclude<Data[keyof Data], { message: string }>

/** Sends a mutation and returns its success. Never throws, like `ask`. Asks the user to sign in again if the API requires it. */
export async function write<Data extends Answer, Variables extends AnyVariables>(
  document: Document<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Success<Data>>> {
  const outcome = await attempt(document, variables)
  const isAskedAgain = outcome.refusal?.code === 'REAUTHENTICATION_REQUIRED'
  return isAskedAgain && (await reauthentication.ask('stale')) ? attempt(document, variables) : outcome
}

async function attempt<Data extends Answer, Variables extends AnyVariables>(
  document: Document<Data, Variables>,
  variables: Variables,
): Promise<Outcome<Success<Data>>> {
  const { data, error: failure } = await inSession(() =>
    client.mutation(nodeOf(document), variables).toPromise(),
  )
  const [result] = Object.values(data ?? {})
  if (failure || !result) return { refusal: refusalOf(failure) }
  if (!isFailure(result)) return { value: result as Success<Data> } // the other types of the union
  const { message, code, checks, configuration } = result
  const path = fieldPath(result.path ?? [])
  return {
    refusal: {
      ...{ message: fieldsInWords(message), path },
      ...(code && { code }),
      ...(checks && { checks }),
      ...(configuration && { configuration }),
    },
  }
}

const isFailure = (result: object): result is Failure => 'message' in result
