/** Runs the programs of PostgreSQL, if installed, for private servers of a test. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'

const programs = ['initdb', 'pg_ctl', 'pg_basebackup']

/** Their folder, if installed; Debian keeps them off the PATH. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).map((version) => join(debian, version, 'bin'))
    : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions]
  return folders.find((folder) => programs.every((name) => existsSync(join(folder, name))))
}

/** Runs one of the programs to its end. */
export type RunPostgres = (name: string, ...args: string[]) => Promise<void>

/** A folder that the user of PostgreSQL may write, and its programs run as that user: they refuse to run as root. */
export async function openPostgres(binaries: string): Promise<{ directory: string; run: RunPostgres }> {
  const directory = await mkdtemp(join(tmpdir(), 'inmor-postgres-'))
  const isRoot = userInfo().uid === 0
  if (isRoot) await chown(directory, await idOf('-u'), await idOf('-g'))
  return {
    directory,
    run(name, ...args) {
      const command = [join(binaries, name), ...args]
      const asPostgres = [
        'setpriv',
        '--reuid',
        'postgres',
        '--regid',
        'postgres',
        '--init-groups',
        ...command,
      ]
      return execute(isRoot ? asPostgres : command, directory)
    },
  }
}

async function idOf(option: '-u' | '-g'): Promise<number> {
  const child = spawn('id', [option, 'postgres'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of child.stdout) output += chunk
  return Number(output)
}

async function execute([program = '', ...args]: readonly string[], cwd: string): Promise<void> {
  // The server that it starts would keep a pipe open.
  const child = spawn(program, args, { cwd, stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`)
}
