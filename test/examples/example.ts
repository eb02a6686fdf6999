/** Runs the examples of docs/examples as a user does: as programs, with variables of the environment. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Answer } from '#test/helpers/product.ts'
import { type Program, runCommand } from '#test/helpers/program.ts'

export const folder = (path = '') => fileURLToPath(new URL(`../../docs/examples/${path}`, import.meta.url))

const commands = {
  curl: (name: string) => ['sh', folder(`curl/${name}.sh`)],
  TypeScript: (name: string) => [process.execPath, folder(`typescript/${name}.ts`)],
  Python: (name: string) => ['python3', folder(`python/${name.replaceAll('-', '_')}.py`)],
} as const

export type Language = keyof typeof commands
export const languages = Object.keys(commands) as Language[]
/** Those of the cookbook. Python has the first script only. */
export const cookbookLanguages = ['curl', 'TypeScript'] as const

export const names = [
  'alerts-to-chat',
  'export-members',
  'first-script',
  'mirror-audit-log',
  'policy-preview',
  'register-members',
  'rotate-key',
] as const
export type Name = (typeof names)[number]

/** The files of each language, by the names of their examples; the client, its types and its settings are none. */
export function examplesIn(language: Language): string[] {
  const files = readdirSync(folder(language.toLowerCase()))
  const shared = /^(inmor|operations|script)\.|^(pyrightconfig|__pycache__)/
  return files
    .filter((file) => !shared.test(file))
    .map((file) => file.replace(/\.\w+$/, '').replaceAll('_', '-'))
    .sort()
}

export type Environment = { INMOR_URL: string; INMOR_KEY: string; CHAT_URL?: string; INMOR_ANCHOR?: string }

export function start(
  language: Language,
  name: Name,
  args: readonly string[],
  environment: Environment,
): Program {
  return startCommand([...commands[language](name), ...args], environment)
}

/** With the clients where the languages look for them. */
export function startCommand([command = '', ...args]: readonly string[], environment: Environment): Program {
  const own = {
    NODE_NO_WARNINGS: '1',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONPATH: folder('python'),
  }
  return runCommand(command, args, { environment: { ...own, ...environment } })
}

/** Until it ends. */
export async function play(...example: Parameters<typeof start>): Promise<Answer> {
  const program = start(...example)
  const { code } = await program.ended
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}
