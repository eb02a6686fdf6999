/** Reads the parameters of a POST from JSON, which clients of other servers send instead of a form. */
import type { FastifyInstance } from 'fastify'
import { FederationError, refuseAt } from '#core/errors.ts'
import { isJsonObject, parseJson } from '#core/json.ts'

export const JSON_TYPE = 'application/json'

/** The routes of the scope accept it as well. */
export function acceptJson(scope: FastifyInstance): void {
  scope.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, async (_request: unknown, body: string) =>
    parseParameters(body),
  )
}

/** @throws FederationError `invalid_request` */
function parseParameters(text: string): Record<string, unknown> {
  const parameters = readObject(text)
  for (const [name, value] of Object.entries(parameters))
    if (![value].flat().every((each) => typeof each === 'string')) throw refuseAt([name], 'must be a string')
  return parameters
}

function readObject(text: string): Record<string, unknown> {
  const refuse = () =>
    new FederationError('invalid_request', 'The request body must be a form or a JSON object.')
  try {
    const value = parseJson(text)
    if (isJsonObject(value)) return value
  } catch {
    throw refuse()
  }
  throw refuse()
}
