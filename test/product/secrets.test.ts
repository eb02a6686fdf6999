/** Tests that no planted secret appears in a log, an answer or the audit log, after successes and failures. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TOTP, URI } from 'otpauth'
import { expect, test } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import { freePort } from '#test/helpers/port.ts'
import { eventually } from '#test/helpers/product.ts'
import { visit } from '#test/helpers/visitor.ts'
import { around, forms, plant, secrets } from './planted-secrets.ts'
import { type RecordedDeployment, startRecordedDeployment } from './recorded-deployment.ts'

const recorded = inFile(startRecordedDeployment)

const post: RecordedDeployment['post'] = (...request) => recorded.post(...request)
const listen: RecordedDeployment['listen'] = (...program) => recorded.listen(...program)
const command: RecordedDeployment['command'] = (...words) => recorded.command(...words)
const key = () => recorded.key

test('signing in, with and without success', async () => {
  await recorded.makeUser()
  const visitor = visit(recorded.adminUrl)
  await visitor.signIn('root', plant('a password'))
  for (const [name, value] of visitor.cookies) secrets[`the cookie ${name}`] = decodeURIComponent(value)
  const { body } = await visitor.auth('/two-factor/enable', { password: plant('a password') })
  secrets['a TOTP secret'] = String(new URL(body.totpURI).searchParams.get('secret'))
  for (const [index, code] of body.backupCodes.entries()) secrets[`recovery code ${index}`] = code
  const totp = URI.parse(body.totpURI)
  if (!(totp instanceof TOTP)) throw new Error('the URI is one of TOTP')
  expect((await visitor.auth('/two-factor/verify-totp', { code: totp.generate() })).status).toBe(200)
  await post('/api/auth/sign-in/username', { username: 'root', password: plant('a password mistyped') })
  await post('/api/auth/sign-in/username', { username: plant('a password'), password: 'x' })
  await post('/api/auth/sign-in/username', `{"username": "root", "password": "${plant('a password')}"`)
  await post('/api/auth/two-factor/verify-totp', { code: body.backupCodes[0] })
  expect(await post('/api/auth/sign-in/social', {})).toContain('UNAVAILABLE')
})

/** The token of a new invitation. Its answer is the one place where it is shown. */
async function invite(): Promise<string> {
  const query =
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { ... on CreateUserSuccess { user { invitation { link } } } } }'
  const input = { username: 'invited', role: 'VIEWER', email: 'invited@example.org' }
  const response = await fetch(`${recorded.adminUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...key() },
    body: JSON.stringify({ query, variables: { input } }),
  })
  return /#([\w-]{43})/.exec(await response.text())?.[1] ?? expect.unreachable('no link')
}

test('the API, with valid and invalid requests', async () => {
  expect(await post('/graphql', { query: '{ viewer { username } }' }, key())).toContain('username')
  await post(
    '/graphql',
    { query: '{ viewer { username } }' },
    { 'x-api-key': `${recorded.deployment.apiKey}x` },
  )
  const query = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }'
  const input = { username: 'new', password: plant('a password for a new user'), role: 'NOBODY' }
  await post('/graphql', { query, variables: { input } }, key())
  await post('/graphql', { query, variables: { input: { ...input, role: 'VIEWER', username: '!' } } }, key())
  // Each secret in a misspelt field, as a value of the wrong type, and as a field of its own.
  for (const secret of Object.values(secrets)) {
    for (const wrong of [{ passwrd: secret }, { role: secret }, { password: { value: secret } }]) {
      const answer = await post('/graphql', { query, variables: { input: { ...input, ...wrong } } }, key())
      expect(answer).toContain('INVALID_INPUT')
    }
  }
  const invitation = await invite()
  secrets['an invitation'] = invitation
  const accept =
    'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { __typename } }'
  for (const given of [
    { token: `${invitation}x` },
    { token: invitation, password: 'x' },
    { token: [invitation] },
    {},
  ]) {
    const variables = { input: { token: invitation, password: plant('a password for a new user'), ...given } }
    await post('/graphql', { query: accept, variables }, { cookie: 'inmor.session_token=x' })
    await post('/graphql', { query: accept.replace('__typename', 'nothing'), variables }, key())
  }
  await fetch(`${recorded.adminUrl}/invitation`)
  await eventually(async () =>
    expect(await post('/graphql', { query: '{ mails { edges { node { lastError } } } }' }, key())).toContain(
      'refused the user or the password',
    ),
  )
  await post('/graphql', `{"query": "{ viewer", "token": "${invitation}"`)
  await post('/graphql', `{"query": "{ viewer", "key": "${recorded.deployment.apiKey}"`, key())
  await post('/api/v1/trustmarktypes', { tmtype: 'rubbish' }, key())
})

test('a database and a Redis that are unavailable or refuse access', async () => {
  const { db, database, redis, tas } = recorded.deployment
  await db.$executeRaw`ALTER TABLE "TrustMark" RENAME TO "Elsewhere"`
  expect(await post('/graphql', { query: '{ trustMarks { totalCount } }' }, key())).toContain('INTERNAL')
  await db.$executeRaw`ALTER TABLE "Elsewhere" RENAME TO "TrustMark"`
  await database.restart()
  await eventually(async () =>
    expect(await post('/graphql', { query: '{ viewer { role } }' }, key())).toContain('role'),
  )

  await redis.client.config('SET', 'requirepass', 'another one')
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => undefined)
  await redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => undefined)
  await eventually(async () => {
    const answer = await fetch(`${tas[0]}/fetch?sub=https://nobody.example`)
    recorded.heard.push({ who: 'ta', what: await answer.text() })
    expect(answer.status).toBe(503)
  })
  await post('/graphql', { query: '{ serverStatus { publication { lastError } } }' }, key())
})

test('starts that fail', async () => {
  const refused = `127.0.0.1:${await freePort()}`
  const [database, redis] = [plant('the password in DATABASE_URL'), plant('a Redis password that is wrong')]
  const away = { DATABASE_URL: `postgresql://inmor:${database}@${refused}/inmor` }
  const port = String(await freePort())
  await listen('server/worker.ts', [], away)
  await listen('server/main.ts', [], { ...away, PORT: port })
  // The worker reads its variables as the admin server does.
  for (const variables of [
    { DATABASE_URL: `postgresq://inmor:${database}@${refused}/inmor` },
    { REDIS_URL: `redis://:${redis}@${refused}x/y` },
    { SMTP_URL: `smtp://inmor:${plant('the password in SMTP_URL')}@mail/x` },
    { AUTH_SECRET: plant('an AUTH_SECRET that is too short') },
  ])
    await listen('server/main.ts', [], variables)
  await listen('federation/main.ts', [], { REDIS_URL: `redis://:${redis}@${refused}x/y` })
  await command(['audit', 'verify'], away)
  await command(['keys', 'list'], { ...away, DATABASE_URL: `x:${database}` })
})

test('a token that cannot be opened', async () => {
  const input = '{alg: ES256, store: PKCS11}'
  const query = `mutation { announceSigningKey(input: ${input}) { __typename ... on Error { message } } }`
  expect(await post('/graphql', { query }, key())).toContain('UnavailableError')
  const args = ['--type=ES256', '--store=pkcs11', `--output=${recorded.directory}`, '--force']
  expect(await listen('federation/cli/keygeneration.ts', args, {})).not.toContain('Private key')
})

test('an announced ML-DSA key, whose private part has another name', async () => {
  const query =
    'mutation { announceSigningKey(input: {alg: ML_DSA_65}) { __typename ... on Error { message } } }'
  expect(await post('/graphql', { query }, key())).toContain('Success')
  secrets['the next private key'] = JSON.parse(
    await readFile(join(recorded.directory, 'next.json'), 'utf8'),
  ).priv
  expect(await post('/graphql', { query: '{ signingKeys { keys { jwk } } }' }, key())).toContain('AKP')
  expect(await command(['keys', 'list'], {})).toContain('ML-DSA-65')
})

/** Each damage to a key file; both servers read it in one way, so one of them tries all. */
async function startDamaged(file: string, whole: string): Promise<void> {
  for (const text of [whole.slice(0, -3), whole.replace('"kty"', '"kyt"'), `x${whole}`]) {
    await writeFile(file, text)
    await listen('federation/main.ts', [], { PORT: '0' })
  }
  await listen('server/main.ts', [], { PORT: '0' })
  await writeFile(file, whole)
}

test('a private key that cannot be read', async () => {
  const file = join(recorded.directory, 'private.json')
  const whole = await readFile(file, 'utf8')
  await startDamaged(file, whole)
})

test('a key for answers, which is used, damaged and read', async () => {
  const file = join(recorded.directory, 'answers.json')
  await listen(
    'federation/cli/keygeneration.ts',
    ['--answers', '--type=ES256', `--output=${recorded.directory}`],
    {},
  )
  const whole = await readFile(file, 'utf8')
  secrets['the private key for answers'] = JSON.parse(whole).d
  expect(await command(['keys', 'list'], {})).toContain('ANSWERS')
  expect(await post('/graphql', { query: '{ signingKeys { keys { state jwk } } }' }, key())).toContain(
    'ANSWERS',
  )
  await startDamaged(file, whole)
})

test('a backup, created, refused and not opened', async () => {
  const file = join(recorded.directory, 'inmor.backup')
  const passphrase = { BACKUP_PASSPHRASE: plant('BACKUP_PASSPHRASE') }
  expect(await command(['backup', '--output', file], passphrase)).toContain('encrypted')
  await command(['backup', '--output', '/nowhere/at/all'], passphrase)
  const wrong = { BACKUP_PASSPHRASE: plant('a passphrase that is wrong') }
  await command(['restore', file], wrong)
})

// Keep this test last: it checks the output of all others.
test('reveals none of the secrets', async () => {
  const { db } = recorded.deployment
  const rows = { events: await db.auditEvent.findMany(), runs: await db.run.findMany() }
  recorded.heard.push({ who: 'the audit log and the runs', what: JSON.stringify(rows) })
  for (const program of recorded.deployment.programs)
    recorded.heard.push({ who: 'a service', what: program.output() })
  // Failures were logged at all, or there would be nothing to find.
  const log = recorded.heard
    .filter(({ who }) => who === 'a service')
    .map(({ what }) => what)
    .join('')
  expect(log).toMatch(/WRONGPASS|NOAUTH/)
  expect(log).toContain('unexpected error')
  const leaks = recorded.heard.flatMap(({ who, what }) =>
    Object.entries(secrets).flatMap(([name, secret]) =>
      forms(secret).some((form) => what.includes(form)) ? [`${name}: ${who}: ${around(what, secret)}`] : [],
    ),
  )
  expect(leaks).toEqual([])
})
