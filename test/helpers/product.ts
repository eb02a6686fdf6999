/** Starts the whole product like `npm start`: a process on free ports, with its own data directory. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { type AdminClient, createAdminClient } from '#server/demo/admin-client.ts'
import { patience } from '#test/helpers/patience.ts'
import { unpackMigrated } from './data-directory.ts'
import { freePort } from './port.ts'
import { type Ending, type Program, run } from './program.ts'

/** The data directory and ports of a product, the same at each start. */
export type Installation = {
  dataDirectory: string
  adminUrl: string
  /** Its Entity Identifier too. */
  federationUrl: string
  environment: Record<string, string>
}

export type Product = Program & {
  installation: Installation
  /** Of the administrator; printed only by the first start on a data directory. */
  password: string | null
  /** Stops it like Ctrl-C. */
  stop(): Promise<Ending>
}

const directories: string[] = []

/** Removes every data directory that was made. */
export async function removeInstallations(): Promise<void> {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true })
}

/** As before the first start. */
export async function makeInstallation(): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), 'inmor-'))
  directories.push(directory)
  const dataDirectory = join(directory, 'data')
  const [adminPort, federationPort] = [await freePort(), await freePort()]
  return {
    dataDirectory,
    adminUrl: `http://localhost:${adminPort}`,
    federationUrl: `http://localhost:${federationPort}`,
    environment: {
      DATA_DIR: dataDirectory,
      ADMIN_PORT: String(adminPort),
      FEDERATION_PORT: String(federationPort),
    },
  }
}

/** With a secret and a migrated database, whose creation takes half of the first start. */
export async function prepareInstallation(): Promise<Installation> {
  const installation = await makeInstallation()
  await unpackMigrated(join(installation.dataDirectory, 'postgres'))
  await writeFile(join(installation.dataDirectory, 'auth-secret'), randomBytes(32).toString('base64url'))
  return installation
}

/** Does not wait until it serves, for starts that fail. */
export function launch(installation: Installation, environment: Record<string, string> = {}): Program {
  return run('server/standalone.ts', [], { environment: { ...installation.environment, ...environment } })
}

/** Resolves once every part of it serves. */
export async function startProduct(
  installation?: Installation,
  environment: Record<string, string> = {},
): Promise<Product> {
  const place = installation ?? (await prepareInstallation())
  const program = launch(place, environment)
  await program.printed(/Press Ctrl-C to stop/)
  return {
    ...program,
    installation: place,
    password: /Password +(\S+)/.exec(program.stdout())?.[1] ?? null,
    stop() {
      program.kill('SIGINT')
      return program.ended
    },
  }
}

/** The result of a command: its exit code and both outputs. */
export type Answer = { code: number | null; stdout: string; stderr: string }

/** `./inmor …` on this installation, running or not, as the program. */
export async function inmorProgram(
  { environment }: Pick<Installation, 'environment'>,
  args: readonly string[],
  input?: string,
): Promise<Answer> {
  const program = run('server/cli/inmor.ts', args, { environment, ...(input === undefined ? {} : { input }) })
  const { code } = await program.ended
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}

/** The same in this process, which has loaded the commands: the program takes a second of processor time. */
export async function inmor(
  { environment }: Pick<Installation, 'environment'>,
  args: readonly string[],
  input = '',
): Promise<Answer> {
  const { executeHere } = await import('#test/helpers/execution.ts') // most tests of the console run no command
  return executeHere(args, environment, input)
}

/** The admin API with a key from the command line. */
export async function connectAdmin(installation: Installation): Promise<AdminClient> {
  const { code, stdout, stderr } = await inmor(installation, [
    'apikey',
    'create',
    '--username=admin',
    '--name=test',
    '--only=key',
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return createAdminClient(installation.adminUrl, stdout.trim())
}

/** The limit for assertions that become true within seconds. */
export function eventually(assertion: () => unknown): Promise<unknown> {
  return vi.waitFor(assertion, patience)
}
