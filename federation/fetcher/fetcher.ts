/** Fetches what other entities publish: the only place from which a socket to a stranger is opened (§9, §8.1, §18.1). */

import { Agent, request } from 'undici'
import { type EntityId, entityConfigurationUrl, withParameters } from '#core/entity-id.ts'
import { guardedLookup, parseTarget } from './address-guard.ts'
import { describeFailure } from './failure.ts'
import { FetchError } from './fetch-error.ts'
import { createGate } from './gate.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'
import { checkAnswer, readBody } from './response.ts'

const ENTITY_STATEMENT = 'application/entity-statement+jwt'
const TRUST_MARK_STATUS = 'application/trust-mark-status-response+jwt'

type FetchOptions = { signal?: AbortSignal | undefined }

/** `form` makes it a POST of these parameters. */
type TextOptions = FetchOptions & { form?: Record<string, string> }

export type Fetcher = {
  /** The Entity Configuration that an entity publishes about itself, unverified (§9). @throws FetchError */
  entityConfiguration(id: EntityId, options?: FetchOptions): Promise<string>
  /** The Subordinate Statement that `issuer` publishes about `subject`, unverified (§8.1). @throws FetchError */
  subordinateStatement(
    request: { issuer: EntityId; subject: EntityId; fetchEndpoint: string },
    options?: FetchOptions,
  ): Promise<string>
  /** What the issuer of a Trust Mark answers about its status, unverified (§8.4). @throws FetchError */
  trustMarkStatus(endpoint: string, trustMark: string, options?: FetchOptions): Promise<string>
  /** A JSON document, parsed and nothing more. @throws FetchError */
  json(url: string, accept?: string, options?: FetchOptions): Promise<unknown>
  /** Ends every connection; requests under way fail. */
  close(): Promise<void>
}

export type FetcherOptions = {
  /** Admits http and addresses that are not public; for test federations only. */
  allowHttp: boolean
  userAgent?: string
  limits?: Partial<FetchLimits>
}

export function createFetcher(options: FetcherOptions): Fetcher {
  const { allowHttp, userAgent = 'inmor' } = options
  const limits = { ...defaultLimits, ...options.limits }
  const gate = createGate(limits.perHost)
  const dispatcher = new Agent({
    connect: { timeout: limits.connectTimeout, ...(allowHttp ? {} : { lookup: guardedLookup }) },
    allowH2: false,
    maxHeaderSize: 16 * 1024,
  })

  async function text(
    url: string,
    accept: string,
    { signal: outer, form }: TextOptions = {},
  ): Promise<string> {
    const target = parseTarget(url, { allowHttp })
    const timeout = AbortSignal.timeout(limits.totalTimeout)
    const signal = outer ? AbortSignal.any([outer, timeout]) : timeout
    try {
      return await gate.run(target.host, signal, async () => {
        const headers = { accept, 'user-agent': userAgent }
        const answer = await request(target, {
          dispatcher,
          signal,
          ...(form ? post(form, headers) : { headers }),
        })
        checkAnswer(url, answer, accept)
        return await readBody(url, answer, limits.maxBodyBytes)
      })
    } catch (error) {
      if (outer?.aborted) throw outer.reason // the caller gave up, which is no fault of the entity
      throw describeFailure(url, error)
    }
  }

  return {
    entityConfiguration: (id, each) => text(entityConfigurationUrl(id), ENTITY_STATEMENT, each),
    subordinateStatement: ({ subject, fetchEndpoint }, each) =>
      text(withParameters(fetchEndpoint, { sub: subject }), ENTITY_STATEMENT, each),
    trustMarkStatus: (endpoint, trustMark, each) =>
      text(endpoint, TRUST_MARK_STATUS, { ...each, form: { trust_mark: trustMark } }),
    json: async (url, accept = 'application/json', each) => parseJson(url, await text(url, accept, each)),
    close: () => dispatcher.destroy(),
  }
}

function post(form: Record<string, string>, headers: Record<string, string>) {
  const body = new URLSearchParams(form).toString()
  return {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  } as const
}

function parseJson(url: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FetchError('malformed', url, 'answered with something that is not JSON.', { cause })
  }
}
