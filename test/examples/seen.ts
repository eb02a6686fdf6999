/** What a script in each language sees of a failure, and what docs/examples/README.md says about it. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Program } from '#test/helpers/program.ts'
import { type Environment, folder, type Language, startCommand } from './example.ts'

type What = 'request' | 'mutation' | 'subscription' | 'pages'

const beside = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** The programs beside this file. */
const programs: Readonly<Record<Language, readonly string[]>> = {
  curl: ['sh', beside('faults.sh')],
  TypeScript: [process.execPath, beside('faults.ts')],
  Python: ['python3', beside('faults.py')],
}

export function startFaults(
  language: Language,
  what: What,
  document: string,
  variables: object,
  environment: Environment,
): Program {
  return startCommand([...programs[language], what, document, JSON.stringify(variables)], environment)
}

/** What the clients for TypeScript and Python see. */
export async function seen(...call: Parameters<typeof startFaults>): Promise<unknown[][]> {
  const program = startFaults(...call)
  const { code } = await program.ended
  expect(code, program.output()).toBe(0)
  return linesOf(program.stdout())
}

export const linesOf = (stdout: string): unknown[][] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

/** What the functions for curl print, and at last the code that they return. */
export async function seenByCurl(
  what: What,
  document: string,
  variables: object,
  environment: Environment,
): Promise<string[]> {
  const program = startFaults('curl', what, document, variables, environment)
  await program.ended
  return program.stdout().trimEnd().split('\n')
}

/** What the page says that clients see. */
export async function documented(what: string): Promise<string> {
  const page = await readFile(folder('README.md'), 'utf8')
  const row = page.split('\n').find((line) => line.startsWith(`| ${what} |`))
  return row?.split('|')[2] ?? ''
}
