/** Tests the command line with and without a running product: output, effects and failures. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAdminClient } from '#server/demo/admin-client.ts'
import { inFile } from '#test/helpers/in-file.ts'
import {
  eventually,
  type Installation,
  inmor,
  inmorProgram,
  makeInstallation,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { startRedis } from '#test/helpers/redis.ts'
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
  const redis = inFile(startRedis)
  const installation = inFile(async () => {
    const prepared = await prepareInstallation()
    prepared.environment.REDIS_URL = redis.url
    return prepared
  })
  inFile(() => startProduct(installation))

  test('user: invites one by a link, asks for another password, and removes', async () => {
    const created = await succeed(installation, 'user create --username Ivo --role viewer')
    const [, link = ''] = /^invitation\.link: +(\S+)$/m.exec(created) ?? []
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
    await succeed(installation, 'user reset-second-factor ivo')
    expect((await visitor.execute('{ viewer { username } }')).data.viewer).toBeNull()
    await succeed(installation, 'user remove ivo')
    expect(await succeed(installation, 'user list --only username')).toBe('admin\n')
  })

  test('apikey: creates one that works immediately, lists it without the key, and revokes it', async () => {
    const create = 'apikey create --username admin --only key'
    const key = (await succeed(installation, `${create} --name ci --role viewer --days 2`)).trim()
    const admin = createAdminClient(installation.adminUrl, key)
    expect(await admin(VIEWER)).toEqual({ viewer: { username: 'admin', role: 'VIEWER' } })
    await succeed(installation, `${create} --name forever --unset days`)
    const listed = await succeed(installation, 'apikey list')
    expect(listed).not.toContain(key)
    expect(listed).toMatch(/^\S+ +ci +admin +VIEWER +ACTIVE +\S+Z$/m)
    expect(listed).toMatch(/^\S+ +forever +admin +- +ACTIVE +-$/m)
    expect(await succeed(installation, 'apikey revoke ci --only state')).toBe('REVOKED\n')
    expect(await admin<object>(VIEWER).catch(String)).not.toMatchObject({ viewer: { username: 'admin' } })
  })

  test('publication: restores data that Redis lost, and signs again', async () => {
    const published = () => redis.client.get('inmor:entity_id')
    await redis.client.del('inmor:entity_id')
    await succeed(installation, 'publication rebuild')
    const before = await published()
    expect(before).not.toBeNull()
    // Times are whole seconds and the key signs without randomness: within one second the bytes are the same.
    await eventually(async () => {
      await succeed(installation, 'publication entity-configuration')
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
    const stderr = 'There is no User with the username "unknown". (NOT_FOUND)\n'
    const reset = await inmorProgram(installation, ['user', 'reset-second-factor', 'unknown'])
    expect(reset).toEqual({ code: 1, stdout: '', stderr })
    const wrong = await inmorProgram(installation, ['renew'])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr.split('\n', 1)[0]).toContain("unknown command 'renew'")
  })

  test('migrate: finds nothing to do', async () => {
    expect(await succeed(installation, 'migrate')).toBe('0 migrations applied.\n')
  })

  test.each([
    ['a user who exists', 'user create --username admin --role viewer', /^The user admin already exists\./],
    ['a user who is unknown', 'user set-password --username unknown', /^There is no user unknown\.\n$/],
    ['the last administrator', 'user remove admin', /^This is the last administrator\./],
    ['a key for an unknown user', 'apikey create --username unknown --name x', /^There is no user unknown\./],
    [
      'an id that begins with a dash',
      'apikey revoke -hVc0B7brIbxdv9pOLiQ-YMFuOV_Gq_4i',
      /^There is no ApiKey /,
    ],
    ['a short id that is marked as one', 'apikey revoke -- -V', /^There is no ApiKey .*"-V"/],
    [
      'a password that is too short',
      'user create --username eve --role viewer --password @-',
      /^The password must have 12 to 128 characters\./,
    ],
  ])('refuses %s in one sentence', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await inmor(installation, args.split(' '), 'short\n')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(sentence)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('without a running product', () => {
  const installation = inFile(prepareInstallation)

  test.each(['user list', 'migrate', 'keygen --type ES256 --anchor main'])(
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
    const answer = await inmor({ environment }, ['migrate']).finally(() => process.chdir(folder))
    expect(answer).toEqual({
      code: 0,
      stdout: '0 migrations applied.\n',
      stderr: `The installation is that of ${installation.dataDirectory}.\n`,
    })
  })

  test('prepares an installation that the product then starts with', async () => {
    expect(await json(installation, 'migrate')).toEqual({ applied: [] })
    await succeed(installation, 'user create --username ada --role admin --password @-', PASSWORD)
    const key = (await succeed(installation, 'apikey create --username ada --name ci --only key')).trim()

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
      'Allowed choices are ADMIN, OPERATOR, VIEWER',
    ],
    ['a missing option', 'user set-password', "required option '--username <name>'"],
    ['a time that is none', 'audit prune --before soon', 'Enter a date or a time'],
  ])('reports a fault of %s in its first line', async (_what, args, sentence) => {
    const { code, stdout, stderr } = await inmor({ environment: { DATA_DIR: '/dev/null' } }, args.split(' '))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n', 1)[0]).toContain(sentence)
  })
})
