/** Writes a call as a Python program that needs the standard library only. */
import { bodyOf, type Call, headersOf } from './call.ts'

/** Strings of JSON are strings of Python. */
function literal(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}    `
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${literal(item, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (items.length === 0) return `${open}${close}`
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`
}

/** A string in three quotes keeps line breaks, except `\r`. */
const block = (text: string) =>
  `"""${text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replace(/"$/, '\\"').replaceAll('\r', '\\r')}"""`

const answer = `with urllib.request.urlopen(request) as response:
    print(json.dumps(json.load(response), indent=2, ensure_ascii=False))`

const events = `with urllib.request.urlopen(request) as response:
    for line in response:
        if line.startswith(b"data: {"):
            print(json.loads(line[6:]), flush=True)`

export function writePython(call: Call): string {
  const { variables, operationName } = bodyOf(call)
  const body = [
    '"query": query',
    ...(variables ? ['"variables": variables'] : []),
    ...(operationName ? [`"operationName": ${JSON.stringify(operationName)}`] : []),
  ]
  return [
    'import json',
    'import os',
    'import urllib.request',
    '',
    `query = ${block(call.query)}`,
    ...(variables ? [`variables = ${literal(variables)}`] : []),
    '',
    'request = urllib.request.Request(',
    `    ${JSON.stringify(call.url)},`,
    `    data=json.dumps({${body.join(', ')}}).encode(),`,
    '    headers={',
    '        "X-API-Key": os.environ["INMOR_KEY"],',
    ...headersOf(call).map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},`),
    '    },',
    ')',
    call.isSubscription ? events : answer,
    '',
  ].join('\n')
}
