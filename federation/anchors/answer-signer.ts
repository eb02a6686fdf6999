/**
 * Chooses the key that signs answers: the federation server's own, once the published Entity Configuration has it, or the
 * key of statements.
 */
import type { FastifyBaseLogger } from 'fastify'
import { decodeJwt, decodeProtectedHeader } from 'jose'
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
  const read = createConfigurationReader()
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
    const choice = choose(keys(), read(await reader.entityConfiguration()))
    report(choice)
    if (choice.signer) return choice.signer
    const message = 'This server has no published key to sign answers with at the moment. Try again later.'
    throw new FederationError('temporarily_unavailable', message, { retryable: true })
  }
}

function choose({ signer, answers, statementKeys }: ServingKeys, { kid, kids }: Configuration): Choice {
  if (answers && kids.has(answers.kid)) {
    const text = `Answers are signed with ${files.answers}.`
    if (statementKeys.keys.some((key) => key.kid === kid)) return { signer: answers, text, isFault: false }
    const finding = `The Entity Configuration is signed with the key ${kid}, which is not in the key directory. Copy the folder ${files.publicKeys} from the key directory of the admin server.`
    return { signer: answers, text: `${text} ${finding}`, isFault: true }
  }
  const reason = answers
    ? `The key ${answers.kid} in ${files.answers} is not in the published Entity Configuration. Copy its public key to the folder ${files.answerKeys} of the admin server's key directory.`
    : `There is no usable key in ${files.answers}.`
  if (signer)
    return { signer, text: `Answers are signed with ${files.private}. ${reason}`, isFault: answers !== null }
  const remedy = answers ? '' : ' Generate another key with inmor-keygeneration --answers.'
  return { signer: null, text: `Answers cannot be signed. ${reason}${remedy}`, isFault: true }
}

/** The key that signed the Entity Configuration, and those in it. */
type Configuration = { kid: string | undefined; kids: ReadonlySet<unknown> }

const nothing: Configuration = { kid: undefined, kids: new Set() }

/** Reads each Entity Configuration once. */
function createConfigurationReader() {
  const known = new WeakMap<PublishedJwt, Configuration>()
  return (published: PublishedJwt | undefined): Configuration => {
    if (!published) return nothing
    const found = known.get(published) ?? readKids(published.jwt)
    known.set(published, found)
    return found
  }
}

/** Another writer may publish what we would refuse. */
function readKids(jwt: string): Configuration {
  const { jwks } = decodeJwt<{ jwks?: unknown }>(jwt)
  const keys = isJsonObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys : []
  const kids = keys.map((key: unknown) => (isJsonObject(key) ? key.kid : undefined))
  return { kid: decodeProtectedHeader(jwt).kid, kids: new Set(kids) }
}
