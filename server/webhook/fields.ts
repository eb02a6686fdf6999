/** The fields that an administrator sets for a webhook: their defaults and parsers. */
import { parseTarget } from '#fetcher/address-guard.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import { field, type Input } from '#server/services/patch.ts'

const MAXIMUM_DESCRIPTION = 200

export type FieldContext = {
  allowHttp: boolean
  /** The slug of an anchor, by its slug or Entity Identifier; undefined if there is none. */
  findAnchor(name: string): string | undefined
}

/** One row per column of the webhook. */
export const webhookFields = {
  url: field('', (url: string, context: FieldContext) => parseUrl(url, context)),
  description: field(null, (text: string, _context: FieldContext) => parseDescription(text)),
  events: field([], (actions: readonly string[], _context: FieldContext) => parseEvents(actions)),
  anchors: field([], (names: readonly string[], context: FieldContext) => parseAnchors(names, context)),
  active: field(true, (value: boolean, _context: FieldContext) => value),
}

export type WebhookInput = Input<typeof webhookFields>

/** As the fetcher will check it. A name is resolved at each delivery. */
function parseUrl(given: string, { allowHttp }: FieldContext): string {
  try {
    const target = parseTarget(given, { allowHttp })
    if (target.hash)
      throw new InvalidInputError(`${given} has a fragment, which is never sent. Remove it.`, 'url')
    return target.href
  } catch (error) {
    if (error instanceof FetchError) throw new InvalidInputError(error.message, 'url')
    throw error
  }
}

function parseDescription(given: string): string | null {
  const text = given.trim()
  if (text.length <= MAXIMUM_DESCRIPTION) return text || null
  throw new InvalidInputError(
    `description has ${text.length} characters. At most ${MAXIMUM_DESCRIPTION} are allowed.`,
    'description',
  )
}

/** In the order of the table, each once. */
const parseEvents = (given: readonly string[]): string[] =>
  publishedActions.filter((each) => given.includes(each))

function parseAnchors(names: readonly string[], { findAnchor }: FieldContext): string[] {
  const slugs = names.map((name, at) => {
    const slug = findAnchor(name)
    if (slug !== undefined) return slug
    throw new InvalidInputError(`There is no anchor ${JSON.stringify(name.slice(0, 100))}.`, 'anchors', at)
  })
  return [...new Set(slugs)]
}
