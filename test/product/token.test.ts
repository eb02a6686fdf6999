/** Tests the product with its key in a SoftHSM token: restart, backup and restore, and that nothing has a secret of it. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  connectAdmin,
  eventually,
  type Installation,
  inmor,
  launch,
  makeInstallation,
  type Product,
  prepareInstallation,
  removeInstallations,
  startProduct,
} from '#test/helpers/product.ts'
import { run } from '#test/helpers/program.ts'
import { type SoftHsm, softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'

/** Milliseconds: three programs start one after the other. */
const SLOW = 240_000

describe.skipIf(softHsmLacking !== null)(`a key in a token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  let hsm: SoftHsm
  /** Of another host. */
  let empty: SoftHsm
  let installation: Installation
  let restored: Installation
  let product: Product
  let kid = ''
  let backup = ''
  /** All that was printed. */
  const heard: string[] = []

  beforeAll(async () => {
    ;[hsm, empty] = [await startSoftHsm(), await startSoftHsm({ pin: 'another-pin' })]
    const made = await prepareInstallation()
    const pinFile = join(made.dataDirectory, '..', 'pin')
    await writeFile(pinFile, hsm.pin, { mode: 0o600 })
    const token = { KEY_STORE: 'pkcs11', PKCS11_MODULE: hsm.module, PKCS11_PIN_FILE: pinFile }
    const environment = { ...made.environment, ...hsm.environment, ...token, LOG_LEVEL: 'trace' }
    installation = { ...made, environment }
    backup = join(made.dataDirectory, '..', 'backup')
    const keys = join(made.dataDirectory, 'keys')
    const args = ['--type=ES256', '--store=pkcs11', `--output=${keys}`]
    const generation = run('federation/cli/keygeneration.ts', args, { environment })
    expect(await generation.ended).toMatchObject({ code: 0 })
    heard.push(generation.output())
    kid = JSON.parse(await readFile(join(keys, 'private.json'), 'utf8')).kid
  })
  afterAll(async () => {
    await removeInstallations()
    await hsm.close()
    await empty.close()
  })

  async function signedBy({ federationUrl }: Installation): Promise<string | undefined> {
    const response = await fetch(`${federationUrl}/.well-known/openid-federation`)
    return decodeProtectedHeader(await response.text()).kid
  }
  async function start(place = installation): Promise<void> {
    product = await startProduct(place)
    await eventually(async () => expect(await signedBy(place)).toBe(kid))
  }
  async function stop(): Promise<void> {
    expect(await product.stop()).toMatchObject({ code: 0 })
    heard.push(product.output())
  }

  test('starts with the key of the token', { timeout: SLOW }, () => start())

  test('has the PIN in no environment and no argument', async () => {
    await connectAdmin(installation)
    const processes = await readProcesses(product.pid)
    expect(processes.some((text) => text.includes('pkcs11-process'))).toBe(true)
    expect(processes.filter((text) => text.includes(hsm.pin))).toEqual([])
  })

  test('is backed up without anything of the key but what is published', async () => {
    const { code, stdout } = await inmor(installation, ['backup', '--output', backup])
    expect(code).toBe(0)
    heard.push(stdout)
    await stop()
    const content = gunzipSync(await readFile(backup)).toString()
    expect(content).toContain(kid)
    heard.push(content)
  })

  test('is restored on a host that reaches the token', { timeout: SLOW }, async () => {
    const made = await makeInstallation()
    const { DATA_DIR = '', ADMIN_PORT = '' } = made.environment
    // The public address is the same.
    const environment = { ...installation.environment, DATA_DIR, ADMIN_PORT }
    restored = { ...made, federationUrl: installation.federationUrl, environment }
    await copyKeys(installation, restored)
    expect(await inmor(restored, ['restore', backup])).toMatchObject({ code: 0, stderr: '' })
    await start(restored)
    await stop()
  })

  /** What the restored installation prints on another host. */
  async function startElsewhere(changes: Record<string, string>): Promise<string> {
    const { KEY_STORE, PKCS11_MODULE, PKCS11_PIN_FILE, ...environment } = restored.environment
    const refused = launch({ ...restored, environment: { ...environment, ...changes } })
    expect(await refused.ended).toMatchObject({ code: 1 })
    heard.push(refused.output())
    return refused.output()
  }

  test('says what is missing on a host without the module', async () => {
    expect(await startElsewhere({})).toContain(
      'The key is in a PKCS#11 token, but PKCS11_MODULE is not set. Set it to the module of the token.',
    )
  })

  test('says what is missing on a host whose token has no such key', async () => {
    const token = { ...empty.environment, PKCS11_MODULE: empty.module, PKCS11_PIN: empty.pin }
    expect(await startElsewhere(token)).toMatch(
      /^The token has no private key with the CKA_ID [0-9a-f]{32}\. Check PKCS11_SLOT, or restore the token from its backup\.$/m,
    )
  })

  test('has the first key of a first start, if KEY_STORE says so', { timeout: SLOW }, async () => {
    const made = await makeInstallation()
    const { DATA_DIR = '', ADMIN_PORT = '', FEDERATION_PORT = '' } = made.environment
    const environment = { ...installation.environment, DATA_DIR, ADMIN_PORT, FEDERATION_PORT }
    const first = await startProduct({ ...made, environment })
    const { store, ...jwk } = JSON.parse(await readFile(join(DATA_DIR, 'keys', 'private.json'), 'utf8'))
    expect(store).toEqual({ name: 'pkcs11', id: expect.any(String) })
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(await signedBy(made)).toBe(jwk.kid)
    expect(await first.stop()).toMatchObject({ code: 0 })
    heard.push(first.output())
  })

  // Keep this test last: it looks at all that the others left.
  test('has the PIN and private members of keys nowhere', async () => {
    const files = await contents(join(installation.dataDirectory))
    expect(files.length).toBeGreaterThan(10)
    const isSecret = (text: string) => text.includes(hsm.pin) || text.includes(empty.pin)
    expect([...heard, ...files].filter(isSecret)).toEqual([])
    const keys = await contents(join(installation.dataDirectory, 'keys'))
    expect(keys.join('\n')).not.toMatch(/"(d|priv|p|q|dp|dq|qi|k)":/)
    expect(heard.join('\n')).toContain('Reference to the private key in pkcs11')
  })
})

async function copyKeys(from: Installation, to: Installation): Promise<void> {
  await mkdir(to.dataDirectory, { recursive: true })
  for (const name of ['keys', 'auth-secret'])
    await cp(join(from.dataDirectory, name), join(to.dataDirectory, name), { recursive: true })
}

/** What is in every file below a folder. */
async function contents(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))
}

/** Arguments and environment of a process and of those that it started. */
async function readProcesses(pid: number): Promise<string[]> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8')
  const children = (await read(`task/${pid}/children`)).split(' ').filter(Boolean).map(Number)
  const below = await Promise.all(children.map(readProcesses))
  return [await read('cmdline'), await read('environ'), ...below.flat()]
}
