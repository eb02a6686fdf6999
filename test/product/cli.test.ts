/** Tests the command line with and without a running product: output, effects and failures. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAdminClient } from '#server/demo/admin-client.ts'
import {
  eventually,
  type Installation,
  inmor,
  inmorProgram,
  makeInstallation,
  type Product,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { startRedis, type TestRedis } from '#test/helpers/redis.ts'
import { visit } from '#test/helpers/visitor.ts'

const PASSWORD = 'correct horse battery staple'
const VIEWER = '{ viewer { username role } }'

/** The output of a command that must succeed. */
async function succeed(installation: Installation, args: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await inmor(installation, args.split(' '), input)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

const json = async (installation: Installation, args: string, input?: string) =>
  JSON.parse(await succeed(installation, `${args} --json`, input))

async function signIn({ adminUrl }: Installation, username: string, password: string): Promise<number> {
  const response = await fetch(`${adminUrl}/api/auth/sign-in/username`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  return response.status
}

describe('with a running product', () => {
  let redis: TestRedis
  let installation: Installation
  let product: Product

  beforeAll(async () => {
    redis = await startRedis()
    installation = await prepareInstallation()
    product = await startProduct(installation, { REDIS_URL: redis.url })
  })
  afterAll(async () => {
    await product.stop()
    await redis.close()
  })

  test('user: creates one with a generated password, sets another password, and lists', async () => {
    const created = await succeed(installation, 'user create --username Ada --role operator')
    const generated = /^Created operator ada\.\nPassword: (\S+)\n$/.exec(created)?.[1] ?? ''
    expect(await signIn(installation, 'ada', generated)).toBe(200)

    const changed = await succeed(
      installation,
      'user set-password --username ada --password-stdin',
      `${PASSWORD}\n`,
    )
    expect(changed).toBe('Set the password of ada.\n')
    expect(await signIn(installation, 'ada', PASSWORD)).toBe(200)
    expect(await signIn(installation, 'ada', generated)).toBe(401)

    expect(await succeed(installation, 'user list')).toBe('ada  operator\nadmin  admin\n2 users.\n')
  })

  test('user: invites one by a link, asks for another password, and removes', async () => {
    const created = await succeed(installation, 'user create --username ivo --role viewer --invite')
    const link = /^Created viewer ivo\.\nInvitation: (\S+)\n$/.exec(created)?.[1] ?? ''
    expect(link).toMatch(new RegExp(`^${installation.adminUrl}/invitation#[\\w-]{43}$`))
    const visitor = visit(installation.adminUrl)
    const input = { token: new URL(link).hash.slice(1), password: PASSWORD }
    expect(await visitor.mutate('acceptInvitation', input, 'username')).toEqual({ username: 'ivo' })

    const change = async (args: string) => {
      const { password } = await json(installation, `user set-password --username ivo${args}`)
      await visitor.signIn('ivo', password)
      return (await visitor.execute('{ viewer { passwordChange } }')).data.viewer
    }
    expect(await change('')).toEqual({ passwordChange: 'ASKED' })
    expect(await change(' --must-change')).toEqual({ passwordChange: 'REQUIRED' })
    expect(await succeed(installation, 'user reset-second-factor --username ivo')).toBe(
      'ivo has no second factor now, and is signed out everywhere.\n',
    )
    expect((await visitor.execute('{ viewer { username } }')).data.viewer).toBeNull()
    await succeed(installation, 'user remove ivo')
    expect(await succeed(installation, 'user list')).not.toContain('ivo')
  })

  test('apikey: creates one that works immediately, lists it without the key, and revokes it permanently', async () => {
    const key = (
      await succeed(installation, 'apikey create --username admin --key-name ci --role viewer --days 2')
    ).trim()
    const admin = createAdminClient(installation.adminUrl, key)
    expect(await admin(VIEWER)).toEqual({ viewer: { username: 'admin', role: 'VIEWER' } })

    const listed = await succeed(installation, 'apikey list')
    expect(listed).not.toContain(key)
    expect(listed).toMatch(/^\S+ {2}admin {2}ci {2}\S+… {2}active\n1 API keys\.\n$/)
    const [{ id, expiresAt }] = await json(installation, 'apikey list')
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 86_400_000)
    await succeed(installation, 'apikey create --username admin --key-name forever --days never')
    await succeed(installation, 'apikey create --username admin --key-name yearly')
    const [, forever, yearly] = await json(installation, 'apikey list')
    expect(forever).toMatchObject({ name: 'forever', expiresAt: null })
    expect(Date.parse(yearly.expiresAt)).toBeGreaterThan(Date.now() + 364 * 86_400_000)
    for (const other of [forever, yearly]) await succeed(installation, `apikey revoke ${other.id}`)

    expect(await succeed(installation, `apikey revoke ${id}`)).toBe(`Revoked ${id}.\n`)
    expect(await admin<object>(VIEWER).catch(String)).not.toMatchObject({ viewer: { username: 'admin' } })
    expect(await succeed(installation, 'apikey list')).toContain('revoked')
  })

  test('rebuild: restores data that Redis lost', async () => {
    await redis.client.del('inmor:entity_id')
    expect(await succeed(installation, 'rebuild')).toBe('Rebuilt: everything is published.\n')
    expect(await redis.client.exists('inmor:entity_id')).toBe(1)
  })

  test('regenerate-entity: publishes a newly signed Entity Configuration', async () => {
    const published = async () =>
      createHash('sha256')
        .update(String(await redis.client.get('inmor:entity_id')))
        .digest('hex')
    const before = await published()
    // Times are whole seconds and the key signs without randomness: within one second the bytes are the same.
    await eventually(async () => {
      expect(await succeed(installation, 'regenerate-entity')).toBe('Published the Entity Configuration.\n')
      expect(await published()).not.toBe(before)
    })
  })

  test('the program: reads its input, prints its output and ends with its exit code', async () => {
    const password = ['user', 'set-password', '--username', 'admin', '--password-stdin']
    expect(await inmorProgram(installation, password, `${PASSWORD}\n`)).toEqual({
      code: 0,
      stdout: 'Set the password of admin.\n',
      stderr: '',
    })
    expect(await signIn(installation, 'admin', PASSWORD)).toBe(200)
    const sentence = { code: 1, stdout: '', stderr: 'There is no user nobody.\n' }
    expect(await inmorProgram(installation, ['user', 'reset-second-factor', '--username=nobody'])).toEqual(
      sentence,
    )
    const { code, stdout, stderr } = await inmorProgram(installation, ['renew'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n', 1)[0]).toContain("unknown command 'renew'")
  })

  test('migrate: finds nothing to do', async () => {
    expect(await succeed(installation, 'migrate')).toBe('0 migrations applied.\n')
  })

  test.each([
    ['a user who exists', 'user create --username admin', 'The user admin already exists.'],
    ['an unknown user', 'user set-password --username nobody', 'There is no user nobody.'],
    [
      'the last administrator',
      'user remove admin',
      'This is the last administrator. Create another one first. (CONFLICT)',
    ],
    [
      'a user to remove who is unknown',
      'user remove nobody',
      'There is no User with the username "nobody". (NOT_FOUND)',
    ],
    ['a key for an unknown user', 'apikey create --username nobody --key-name x', 'There is no user nobody.'],
    ['an unknown key', 'apikey revoke 0', 'There is no API key 0.'],
    [
      'an unknown key whose id begins with a dash',
      'apikey revoke -hVc0B7brIbxdv9pOLiQ-YMFuOV_Gq_4i --json',
      'There is no API key -hVc0B7brIbxdv9pOLiQ-YMFuOV_Gq_4i.',
    ],
    ['a key whose short id is marked as one', 'apikey revoke -- -V', 'There is no API key -V.'],
    [
      'a password that is too short',
      'user create --username eve --password-stdin',
      'The password must have 12 to 128 characters.',
    ],
  ])('refuses %s in one sentence', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await inmor(installation, args.split(' '), 'short\n')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(`${sentence}\n`)
  })
})

describe('without a running product', () => {
  let installation: Installation
  beforeAll(async () => {
    installation = await prepareInstallation()
  })

  test.each(['user list', 'migrate', 'keys list', 'rebuild', 'keygen --type ES256 --anchor main'])(
    'does not make an installation: %s',
    async (args) => {
      const { dataDirectory, environment } = await makeInstallation()
      const sentence = `There is no installation in ${dataDirectory}. Set DATABASE_URL, or set DATA_DIR to the data directory of an installation. Only \`npm start\` makes one, and \`inmor restore\` of a backup.\n`
      const answer = await inmor({ environment }, args.split(' '))
      expect(answer).toEqual({ code: 1, stdout: '', stderr: sentence })
      expect(existsSync(dataDirectory)).toBe(false)
    },
  )

  test('says which installation it has opened where no variable names one', async () => {
    const { DATA_DIR: _, ...environment } = installation.environment
    const folder = process.cwd()
    process.chdir(dirname(installation.dataDirectory))
    const answer = await inmor({ environment }, ['user', 'list']).finally(() => process.chdir(folder))
    expect(answer).toEqual({
      code: 0,
      stdout: '0 users.\n',
      stderr: `The installation is that of ${installation.dataDirectory}.\n`,
    })
  })

  test('prepares an installation that the product then starts with', async () => {
    expect(await json(installation, 'migrate')).toEqual({ applied: [] })
    const user = 'user create --username ada --role admin --password-stdin'
    expect(await json(installation, user, PASSWORD)).toEqual({ username: 'ada', role: 'admin' })
    const { key } = await json(installation, 'apikey create --username ada --key-name ci')
    expect(await succeed(installation, 'rebuild')).toBe('Queued. The server publishes it when it starts.\n')

    const product = await startProduct(installation)
    expect(product.password).toBeNull()
    expect(await signIn(installation, 'ada', PASSWORD)).toBe(200)
    expect(await createAdminClient(installation.adminUrl, key)(VIEWER)).toEqual({
      viewer: { username: 'ada', role: 'ADMIN' },
    })
    await product.stop()
  })

  test('refuses a data directory that cannot be used, in one sentence', async () => {
    const environment = { DATA_DIR: '/dev/null/data' }
    const { code, stderr } = await inmor({ environment }, ['user', 'list'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The data directory \/dev\/null\/data cannot be used \(ENOTDIR\)\. Set DATA_DIR .*\n$/,
    )
  })

  test.each([
    ['an unknown command', 'renew', "unknown command 'renew'"],
    [
      'an unknown role',
      'user create --username eve --role king',
      'Allowed choices are viewer, operator, admin',
    ],
    ['a missing option', 'apikey create --username admin', "required option '--key-name <name>'"],
    [
      'days that are not a number',
      'apikey create --username a --key-name b --days soon',
      'whole number of days',
    ],
  ])('reports a fault of %s in its first line', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await inmor({ environment: { DATA_DIR: '/dev/null' } }, args.split(' '))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.split('\n', 1)[0]).toContain(sentence)
  })
})
