/** Writes a call as a `curl` command for a POSIX shell. */
import { parse, print } from 'graphql'
import { bodyOf, type Call, headersOf } from './call.ts'

/** In single quotes only a single quote has a meaning. */
const quoted = (text: string) => `'${text.replaceAll(`'`, `'\\''`)}'`

/** In one line, because JSON has no line breaks in strings. A block string needs its own. */
function inOneLine(query: string): string {
  const printed = print(parse(query))
  return printed.includes('"""') ? printed : printed.replace(/\n */g, ' ')
}

/** @throws GraphQLError if the query cannot be parsed. */
export function writeCurl(call: Call): string {
  return [
    // Without a buffer, events appear as they come.
    `curl ${call.isSubscription ? '-N ' : ''}-sS ${quoted(call.url)}`,
    `-H "X-API-Key: $INMOR_KEY"`,
    ...headersOf(call).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-raw ${quoted(JSON.stringify({ ...bodyOf(call), query: inOneLine(call.query) }, null, 2))}`,
  ].join(' \\\n  ')
}
