/**
 * Asks an HTTP service of the federation. The request is a JWT that the anchor signs, its type `check-request+jwt`, with
 * `iss` (the anchor), `aud` (the URL), `sub` (the entity), `iat`, `exp` (a minute later), `jti`, `kind`, `metadata`, and
 * where there is one `trust_mark_type` and `organization` ({name, identifier, identifier_scheme, country}). The answer is
 * JSON: `passed` (true or false), and `message`, a sentence for the organization.
 */
import { randomUUID } from 'node:crypto'
import { isJsonObject, parseJson } from '#core/json.ts'
import { signJwt } from '#core/jws.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { toUnix } from '#server/clock.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type Facts, type Finding, fail, pass } from '#server/services/request/pipeline/facts.ts'
import type { PipelineCheck } from '#server/services/request/pipeline/input.ts'

type Asked = Extract<PipelineCheck, { check: 'DECISION_SERVICE' }>

export const CHECK_REQUEST_TYP = 'check-request+jwt'
/** Seconds. */
const LIFETIME = 60
const MAXIMUM_ANSWER_BYTES = 16 * 1024
const MAXIMUM_MESSAGE = 500

type Context = Pick<ServiceContext, 'entityId' | 'fetcher' | 'signingKeys' | 'now'>

export function createDecisionServiceCheck({ entityId: anchor, fetcher, signingKeys, now }: Context) {
  async function buildRequest(facts: Facts, url: string): Promise<string> {
    const { kind, entityId, metadata, trustMarkType, organization } = facts
    const iat = toUnix(now())
    const claims = {
      iss: anchor,
      aud: url,
      sub: entityId,
      iat,
      exp: iat + LIFETIME,
      jti: randomUUID(),
      kind,
      metadata,
      ...(trustMarkType === null ? {} : { trust_mark_type: trustMarkType }),
      ...(organization ? { organization: describe(organization) } : {}),
    }
    await signingKeys.refresh() // another process may have changed them
    return signJwt(claims, { key: signingKeys.current().signer, typ: CHECK_REQUEST_TYP })
  }

  /** The organization reads the finding, so it names neither the URL nor an address. */
  return async function check(facts: Facts, { url }: Asked): Promise<Finding> {
    const headers = { 'content-type': 'application/jwt', accept: 'application/json' }
    const body = await buildRequest(facts, url)
    try {
      const { status, text, isCut } = await fetcher.post(url, {
        body,
        headers,
        maxBytes: MAXIMUM_ANSWER_BYTES,
      })
      if (status === 200 && !isCut) return readAnswer(text)
      const message =
        status === 200 ? 'sent a longer answer than is allowed' : `answered with the HTTP status ${status}`
      return { ...fail(`The service ${message}.`), isTransient: true }
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      const message = error.code === 'timeout' ? 'did not answer in time' : 'could not be asked'
      return { ...fail(`The service ${message}.`), isTransient: true }
    }
  }
}

function readAnswer(text: string): Finding {
  const answer = parseOrNull(text)
  if (!isJsonObject(answer) || typeof answer.passed !== 'boolean')
    return { ...fail('The service sent an answer that is not understood.'), isTransient: true }
  const { passed, message } = answer
  const sentence =
    typeof message === 'string' ? message.replaceAll(/\s+/g, ' ').trim().slice(0, MAXIMUM_MESSAGE) : ''
  return passed ? pass(sentence || 'The service agrees.') : fail(sentence || 'The service does not agree.')
}

function parseOrNull(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return null
  }
}

type Organization = NonNullable<Facts['organization']>

function describe({ name, identifier, identifierScheme, country }: Organization) {
  return {
    name,
    ...(identifier && identifierScheme ? { identifier, identifier_scheme: identifierScheme } : {}),
    ...(country ? { country } : {}),
  }
}
