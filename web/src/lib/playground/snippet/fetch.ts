/** Writes a call as a JavaScript module with `fetch`. */
import { bodyOf, type Call, headersOf } from './call.ts'

/** A template literal keeps line breaks, except `\r`. */
const template = (text: string) =>
  `\`${text.replace(/[\\`]|\$\{/g, (found) => `\\${found}`).replaceAll('\r', '\\r')}\``

const indented = (value: unknown, spaces: number) =>
  JSON.stringify(value, null, 2).replaceAll('\n', `\n${' '.repeat(spaces)}`)

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`

/** Reads events, which are separated by empty lines. */
const events = `let rest = ''
for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split('\\n')
  rest = lines.pop()
  for (const line of lines) if (line.startsWith('data: {')) console.log(JSON.parse(line.slice(6)))
}`

export function writeFetch(call: Call): string {
  const { variables, operationName } = bodyOf(call)
  return [
    `const query = ${template(call.query)}`,
    ...(variables ? [`const variables = ${indented(variables, 0)}`] : []),
    '',
    `const response = await fetch(${quoted(call.url)}, {`,
    `  method: 'POST',`,
    '  headers: {',
    `    'X-API-Key': process.env.INMOR_KEY,`,
    ...headersOf(call).map(([name, value]) => `    ${quoted(name)}: ${quoted(value)},`),
    '  },',
    `  body: JSON.stringify({ ${[
      'query',
      ...(variables ? ['variables'] : []),
      ...(operationName ? [`operationName: ${quoted(operationName)}`] : []),
    ].join(', ')} }),`,
    '})',
    call.isSubscription ? events : 'console.log(JSON.stringify(await response.json(), null, 2))',
    '',
  ].join('\n')
}
