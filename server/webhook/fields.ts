/** The fields that an administrator sets for a webhook: their defaults and parsers. */
import { InvalidInputError } from '#server/error/operation-error.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import { field, type Input } from '#server/services/patch.ts'
import { parseTargetUrl } from '#server/services/target-url.ts'

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

function parseUrl(given: string, context: FieldContext): string {
  const target = parseTargetUrl(given, context, 'url')
  if (!target.hash) return target.href
  throw new InvalidInputError(`${given} has a fragment, which is never sent. Remove it.`, 'url')
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
