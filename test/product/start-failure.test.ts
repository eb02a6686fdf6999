/** Tests failing starts: one clear sentence, a non-zero exit code, and nothing left running. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '#test/helpers/port.ts'
import {
  type Installation,
  launch,
  makeInstallation,
  type Product,
  startProduct,
} from '#test/helpers/product.ts'
import { descendants } from '#test/helpers/program.ts'

let installation: Installation
let occupied: string
let occupier: Server

beforeAll(async () => {
  installation = await makeInstallation()
  occupier = createServer().listen(0, 'localhost')
  await once(occupier, 'listening')
  const address = occupier.address()
  occupied = typeof address === 'object' && address ? String(address.port) : ''
  // A failed start must not block the next one: all use the same directory.
  await (await startProduct(installation)).stop()
})
afterAll(() => void occupier.close())

type Failure = [what: string, environment: () => Promise<Record<string, string>>, sentence: () => RegExp]

/** Values of variables: test/server/process/environment.test.ts and shared-variables.test.ts have the others. */
const failures: Failure[] = [
  [
    'the admin port in use',
    async () => ({ ADMIN_PORT: occupied }),
    () => RegExp(`^Port ${occupied} .*in use.*ADMIN_PORT`),
  ],
  [
    'the federation port in use',
    async () => ({ FEDERATION_PORT: occupied }),
    () => RegExp(`^Port ${occupied} .*in use.*FEDERATION_PORT`),
  ],
  [
    'a data directory below a file',
    async () => {
      const file = join(installation.dataDirectory, '..', 'file')
      await writeFile(file, '')
      return { DATA_DIR: join(file, 'data') }
    },
    () => /^The data directory .* cannot be used \(ENOTDIR\)\. Set DATA_DIR/,
  ],
  ['a key file that is not JSON', () => withKeyFile('{'), () => /private\.json is not valid JSON\./],
  ['a port that is no number', async () => ({ ADMIN_PORT: 'eighty' }), () => /^ADMIN_PORT/],
  ['a Trust Anchor that is no URL', async () => ({ TA_DOMAIN: 'ta.example.org' }), () => /^TA_DOMAIN/],
  [
    'a database that does not answer',
    async () => ({ DATABASE_URL: `postgresql://localhost:${await freePort()}/inmor` }),
    () => /cannot be reached/,
  ],
]

async function withKeyFile(content: string): Promise<Record<string, string>> {
  const directory = join(installation.dataDirectory, '..', 'broken-key')
  await rm(directory, { recursive: true, force: true })
  await cp(installation.dataDirectory, directory, { recursive: true })
  await writeFile(join(directory, 'keys', 'private.json'), content)
  return { DATA_DIR: directory }
}

/** Living processes that name the folder of the installation in their arguments, or in the variables that they inherit. */
async function processesOf({ dataDirectory }: Installation): Promise<number[]> {
  const folder = dirname(dataDirectory)
  const { stdout } = await promisify(execFile)('ps', ['axeww', '-o', 'pid=,command='], { maxBuffer: 2 ** 26 })
  const lines = stdout.split('\n').filter((line) => line.includes(folder))
  return lines.map((line) => Number.parseInt(line, 10))
}

/** Its Redis has its socket in the folder too. */
async function endingOf(place: Installation, environment: Record<string, string>) {
  const program = launch(place, { TMPDIR: dirname(place.dataDirectory), ...environment })
  const ending = await program.ended
  return {
    ...ending,
    stderr: program.stderr(),
    stdout: program.stdout(),
    left: await processesOf(place),
  }
}

test.each(failures)('%s', async (_what, environment, sentence) => {
  const { code, stdout, stderr, left } = await endingOf(installation, await environment())
  expect(stderr).toMatch(sentence())
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  expect({ code, stdout, left }).toEqual({ code: 1, stdout: '', left: [] })
})

test('refuses a data directory in use, without affecting its product', async () => {
  const product: Product = await startProduct(installation, { TMPDIR: dirname(installation.dataDirectory) })
  const other = await makeInstallation()
  const { code, stderr } = await endingOf(other, { DATA_DIR: installation.dataDirectory })
  // So that `left` above would name what is left.
  const running = [product.pid, ...(await descendants(product.pid))]
  expect(running.length).toBeGreaterThan(1)
  expect(await processesOf(installation)).toEqual(expect.arrayContaining(running))
  expect(stderr).toMatch(RegExp(`^The data directory .* is in use by process ${product.pid}`))
  expect(code).toBe(1)
  expect((await fetch(`${installation.adminUrl}/health`)).status).toBe(200)
  expect(await product.stop()).toEqual({ code: 0, signal: null })
})

test.each([
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of trace, .*, not "loud"\.$/m],
  [{ KEY_STORE: 'pkcs11' }, /^PKCS11_MODULE is not set; set it to the file of the PKCS#11 module/m],
])('reports an invalid variable before it writes anything: %j', async (environment, sentence) => {
  const fresh = await makeInstallation()
  const { code, stderr } = await endingOf(fresh, environment)
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(sentence) })
  expect(existsSync(fresh.dataDirectory)).toBe(false)
})
