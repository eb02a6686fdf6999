/**
 * Chooses the key that signs answers: the federation server's own, once the published Entity Configuration has it, or the
 * key of statements.
 */
import type { FastifyBaseLogger } from 'fastify'
import { decodeJwt } from 'jose'
import { FederationError } from '#core/errors.ts'
import { isJsonObject } from '#core/json.ts'
import type { Signer } from '#core/jws.ts'
import { keyDirectoryFiles as files, type ServingKeys } from '#store/key-directory.ts'
import type { PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'

type Options = {
  keys: () => ServingKeys
  reader: Pick<Reader, 'entityConfiguration'>
  logger: FastifyBaseLogger
}

/** `text`: for the operator. */
type Choice = { signer: Signer | null; text: string; isFault: boolean }

/** Each choice that differs from the last one is logged. The result throws `temporarily_unavailable` without a key. */
export function createAnswerSigner({ keys, reader, logger }: Options): () => Promise<Signer> {
  const isListed = createListing()
  let last: string | undefined

  function report({ signer, text, isFault }: Choice): void {
    if (text === last) return
    last = text
    if (isFault) logger.error({ kid: signer?.kid }, text)
    else logger.info({ kid: signer?.kid }, text)
  }

  return async () => {
    const { signer, answers } = keys()
    if (signer && !answers && last === undefined) return signer // a server that never had a key of its own
    const isPublished = answers !== null && isListed(await reader.entityConfiguration(), answers.kid)
    const choice = choose({ signer, answers }, isPublished)
    report(choice)
    if (choice.signer) return choice.signer
    const message = 'This server has no published key to sign answers with at the moment. Try again later.'
    throw new FederationError('temporarily_unavailable', message, { retryable: true })
  }
}

function choose({ signer, answers }: Pick<ServingKeys, 'signer' | 'answers'>, isPublished: boolean): Choice {
  if (answers && isPublished)
    return { signer: answers, text: `Answers are signed with ${files.answers}.`, isFault: false }
  const reason = answers
    ? `The key ${answers.kid} in ${files.answers} is not in the published Entity Configuration. Copy its public key to the folder ${files.answerKeys} of the admin server's key directory.`
    : `There is no usable key in ${files.answers}.`
  if (signer)
    return { signer, text: `Answers are signed with ${files.private}. ${reason}`, isFault: answers !== null }
  const remedy = answers ? '' : ' Generate another key with inmor-keygeneration --answers.'
  return { signer: null, text: `Answers cannot be signed. ${reason}${remedy}`, isFault: true }
}

/** Reads the keys of each Entity Configuration once. */
function createListing() {
  const known = new WeakMap<PublishedJwt, ReadonlySet<unknown>>()
  return (configuration: PublishedJwt | undefined, kid: string): boolean => {
    if (!configuration) return false
    const kids = known.get(configuration) ?? readKids(configuration.jwt)
    known.set(configuration, kids)
    return kids.has(kid)
  }
}

/** Another writer may publish what we would refuse. */
function readKids(jwt: string): ReadonlySet<unknown> {
  const { jwks } = decodeJwt<{ jwks?: unknown }>(jwt)
  const keys = isJsonObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : []
  return new Set(keys.map((key: unknown) => (isJsonObject(key) ? key.kid : undefined)))
}
