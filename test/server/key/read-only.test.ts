/** A key directory that the admin server cannot write: seen, explained, and no reason to serve less. */
import { chmod, chown, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { run } from '#test/helpers/program.ts'
import { freePort } from '#test/helpers/redis.ts'

/** The user `nobody`: to root every directory is writable. */
const NOBODY = 65_534

let admin: TestAdmin
let directory: string
let url: string

/** The directory as a container sees one that is mounted for reading: its own user cannot write it. */
async function copyForReading(from: string): Promise<string> {
  const to = await mkdtemp(join(tmpdir(), 'inmor-keys-'))
  await cp(from, to, { recursive: true })
  const names = ['.', ...(await readdir(to, { recursive: true }))].map((name) => join(to, name))
  if (process.getuid?.() === 0) for (const name of names) await chown(name, NOBODY, NOBODY)
  await chmod(to, 0o555)
  return to
}

beforeAll(async () => {
  admin = await startAdmin()
  directory = await copyForReading(admin.config.keysDirectory)
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const { entityId, databaseUrl, redisUrl, authSecret } = admin.config
  const program = run('server/main.ts', [], {
    ...(process.getuid?.() === 0 ? { uid: NOBODY } : {}),
    environment: {
      TA_DOMAIN: entityId,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      AUTH_SECRET: authSecret,
      KEYS_DIR: directory,
      ADMIN_URL: url,
      ALLOW_HTTP: 'true',
      HOST: '127.0.0.1',
      PORT: String(port),
    },
  })
  await program.printed(/the admin server is ready/)
})
afterAll(async () => {
  await admin.close()
  await chmod(directory, 0o755)
  await rm(directory, { recursive: true })
})

async function ask(query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.admin },
    body: JSON.stringify({ query }),
  })
  return ((await response.json()) as { data: unknown }).data // the documents below are sound
}

const REASON = `The key directory ${tmpdir()}/`

it('says so beside the keys, and why', async () => {
  expect(await ask('{ signingKeys { isWritable readOnlyReason keys { state file } } }')).toEqual({
    signingKeys: {
      isWritable: false,
      readOnlyReason: `The key directory ${directory} may not be written by the user of the admin server; change its owner or its mode.`,
      keys: [{ state: 'CURRENT', file: 'private.json' }],
    },
  })
  const { data } = await admin.execute('{ signingKeys { isWritable readOnlyReason } }')
  expect(data).toEqual({ signingKeys: { isWritable: true, readOnlyReason: null } })
})

it.each([
  ['announceSigningKey', '{alg: ES256}'],
  ['switchSigningKey', '{}'],
  ['retireKey', '{kid: "x"}'],
  ['revokeKey', '{kid: "x", reason: "compromised"}'],
])('%s fails with the reason, and changes nothing', async (name, input) => {
  const before = await readdir(directory, { recursive: true })
  expect(
    await ask(`mutation { result: ${name}(input: ${input}) { __typename ... on Error { code message } } }`),
  ).toEqual({
    result: {
      __typename: 'KeyDirectoryReadOnlyError',
      code: 'KEY_DIRECTORY_READ_ONLY',
      message: expect.stringContaining(REASON),
    },
  })
  expect(await readdir(directory, { recursive: true })).toEqual(before)
  expect(
    await admin.server.db.auditEvent.count({
      where: { resourceType: 'SigningKey', outcome: 'SUCCEEDED' },
    }),
  ).toBe(0)
})
