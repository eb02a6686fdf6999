/** The API as commands use it: over HTTP, or in this process. */
import { Failure, faultOf, type GraphQLFault } from './failure.ts'

export type Data = Record<string, unknown>
export type Variables = Readonly<Record<string, unknown>>
export type Answer = { data?: Data | null; errors?: readonly GraphQLFault[] }

export type Api = {
  send(document: string, variables: Variables): Promise<Answer>
  /** The events of a subscription. */
  follow(document: string, variables: Variables): AsyncIterable<Answer>
  /** Executes runs in this process if no other one does. */
  work(): Promise<void>
  close(): Promise<void>
}

/** Opens the API for an anchor, by slug or Entity Identifier; the only one by default. */
export type Open = (anchor: string | undefined) => Promise<Api>

/** The data of an answer. @throws Failure */
export function dataOf({ data, errors = [] }: Answer): Data {
  const [error] = errors
  if (error) throw faultOf(error)
  if (!data) throw new Failure('The answer has no data.')
  return data
}
