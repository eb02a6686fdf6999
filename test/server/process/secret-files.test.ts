/** Tests that each secret can be in a file, in every process that reads it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '#federation/config/config.ts'
import { fileNames } from '#federation/config/variable.ts'
import { federationVariables } from '#federation/config/variables.ts'
import { readCommandConfig } from '#server/config/command.ts'
import { readServerConfig } from '#server/config/config.ts'
import { readEmbeddedConfig } from '#server/config/embedded.ts'
import { serverVariables } from '#server/config/variables.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { sound } from './sound-environment.ts'

const folder = folderInFile('inmor-secrets')

async function fileOf(text: string): Promise<string> {
  const file = join(folder, crypto.randomUUID())
  await writeFile(file, text)
  return file
}

const sentence = (read: () => unknown) => {
  try {
    read()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

type Value = [name: string, value: string, expected: object, further?: object]
const values: Value[] = [
  ['DATABASE_URL', 'postgresql://x@y/z', { databaseUrl: 'postgresql://x@y/z' }],
  ['REDIS_URL', 'redis://x:1', { redisUrl: 'redis://x:1' }],
  ['AUTH_SECRET', 'x'.repeat(32), { authSecret: 'x'.repeat(32) }],
  ['AUTH_PREVIOUS_SECRETS', 'one, two', { previousAuthSecrets: ['one', 'two'] }],
  ['SMTP_URL', 'smtp://x:y@z', { mail: { smtpUrl: 'smtp://x:y@z' } }, { MAIL_FROM: 'a@example.org' }],
  [
    'OIDC_CLIENT_SECRET',
    ' spaces stay ',
    { singleSignOn: { clientSecret: ' spaces stay ' } },
    { OIDC_ISSUER: 'https://op.example.org', OIDC_CLIENT_ID: 'x', OIDC_ROLE_MAP: 'a=admin' },
  ],
]

describe('the admin server', () => {
  it.for(values)('reads %s from a file', async ([name, value, expected, further = {}]) => {
    const { [name as keyof typeof sound]: _, ...others } = sound
    for (const ending of ['', '\n', '\r\n']) {
      const file = await fileOf(value + ending)
      expect(readServerConfig({ ...others, ...further, [`${name}_FILE`]: file })).toMatchObject(expected)
    }
  })

  it('reads the password of DB_USER from a file', async () => {
    const { DATABASE_URL: _, ...others } = sound
    const environment = { ...others, DB_HOST: 'db', DB_PASSWORD_FILE: await fileOf('p@ss\n') }
    expect(readServerConfig(environment).databaseUrl).toBe('postgresql://postgres:p%40ss@db:5432/postgres')
  })

  it('refuses a secret that is set twice, a file that is empty and one that is not there', async () => {
    const file = await fileOf('x'.repeat(32))
    expect(sentence(() => readServerConfig({ ...sound, AUTH_SECRET_FILE: file }))).toBe(
      'AUTH_SECRET is set twice, by AUTH_SECRET and AUTH_SECRET_FILE; set one of them.',
    )
    expect(sentence(() => readServerConfig({ ...sound, REDIS_LOCATION_FILE: file }))).toBe(
      'REDIS_URL is set twice, by REDIS_URL and REDIS_LOCATION_FILE; set one of them.',
    )
    const { AUTH_SECRET: _, ...others } = sound
    const empty = await fileOf('\n')
    expect(sentence(() => readServerConfig({ ...others, AUTH_SECRET_FILE: empty }))).toBe(
      `AUTH_SECRET is not set; the file ${empty} of AUTH_SECRET_FILE is empty.`,
    )
    const absent = join(folder, 'absent')
    expect(sentence(() => readServerConfig({ ...others, AUTH_SECRET_FILE: absent }))).toBe(
      `AUTH_SECRET cannot be read from ${absent} (ENOENT); check AUTH_SECRET_FILE, and the owner and mode of the file.`,
    )
  })

  it('repeats no secret of a file that it refuses', async () => {
    const { DATABASE_URL: _, ...others } = sound
    const environment = { ...others, DATABASE_URL_FILE: await fileOf('postgres:hunter2@db') }
    expect(sentence(() => readServerConfig(environment))).not.toContain('hunter2')
  })
})

it('is so in the federation server, in commands and in `npm start`', async () => {
  const redis = await fileOf('redis://x:1\n')
  const { REDIS_URL: _, ...others } = sound
  expect(readConfig([], { ...others, REDIS_URL_FILE: redis }).redisUrl).toBe('redis://x:1')
  const passphrase = await fileOf('a passphrase\n')
  expect(readCommandConfig({ BACKUP_PASSPHRASE_FILE: passphrase }).backupPassphrase).toBe('a passphrase')
  const secret = await fileOf('x'.repeat(32))
  const embedded = readEmbeddedConfig({ REDIS_URL_FILE: redis, AUTH_SECRET_FILE: secret })
  expect(embedded).toMatchObject({ isRedisEmbedded: false, isDatabaseEmbedded: true })
  // The standalone process completes this environment, and reads it again.
  const environment = { AUTH_SECRET: 'of the data directory', ...embedded.environment }
  expect(readServerConfig(environment)).toMatchObject({ authSecret: 'x'.repeat(32), redisUrl: 'redis://x:1' })
})

it('lists every variable that has a secret', () => {
  const tables = { ...serverVariables, ...federationVariables }
  const files = Object.values(tables).flatMap(fileNames)
  // The PIN has a variable of its own, whose file is read at each connection.
  const named = Object.values(tables).filter(({ names: [name] }) => /SECRET|PASSWORD|_URL$/.test(name))
  const isPublic = ['ADMIN_URL', 'LOGIN_REDIRECT_URL', 'REQUIRE_SECOND_FACTOR']
  const secrets = named.flatMap(({ names: [name] }) => (isPublic.includes(name) ? [] : [`${name}_FILE`]))
  expect(files.toSorted()).toEqual([...secrets, 'REDIS_LOCATION_FILE'].toSorted())
})
