/** Starts a deployment with planted secrets in its settings, and records every answer and all output. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAccounts } from '#server/auth/accounts.ts'
import { createAuth } from '#server/auth/auth.ts'
import { systemClock } from '#server/clock.ts'
import { readServerConfig } from '#server/config/config.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { type Deployment, startDeployment } from '#test/helpers/deployment.ts'
import { executeHere } from '#test/helpers/execution.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { freePort } from '#test/helpers/port.ts'
import { run } from '#test/helpers/program.ts'
import { startRedis } from '#test/helpers/redis.ts'
import { startRestartableDatabase } from '#test/helpers/restartable-database.ts'
import { plant, secrets, withPassword } from './planted-secrets.ts'

export type RecordedDeployment = {
  deployment: Deployment
  adminUrl: string
  /** The header with the API key. */
  key: { 'x-api-key': string }
  /** The key directory. */
  directory: string
  /** All that was recorded, by source; tests add to it. */
  heard: { who: string; what: string }[]
  /** The body of an answer of the admin server. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<string>
  /** The output of a program that ends without a signal, with changes of its environment. */
  listen(script: string, args: string[], changes: Record<string, string>): Promise<string>
  /** The output of `inmor` with these words. */
  command(words: string[], changes: Record<string, string>): Promise<string>
  /** Creates the administrator `root`. */
  makeUser(): Promise<void>
  close(): Promise<void>
}

export async function startRecordedDeployment(): Promise<RecordedDeployment> {
  const heard: RecordedDeployment['heard'] = []
  const mailServer = await startMailServer({ inmor: 'another password' }) // it refuses ours
  const database = await startRestartableDatabase()
  const settings = {
    LOG_LEVEL: 'trace',
    DATABASE_URL: withPassword(database.url, 'the password in DATABASE_URL'),
    AUTH_SECRET: plant('AUTH_SECRET'),
    OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
    OIDC_CLIENT_ID: 'inmor',
    OIDC_CLIENT_SECRET: plant('OIDC_CLIENT_SECRET'),
    OIDC_ROLE_MAP: 'staff=operator',
    // With SoftHSM there is no token, and without it no module.
    PKCS11_MODULE: '/usr/lib/softhsm/libsofthsm2.so',
    PKCS11_PIN: plant('PKCS11_PIN'),
    SMTP_URL: withPassword(mailServer.config.smtpUrl.replace('//', '//inmor@'), 'the password in SMTP_URL'),
    MAIL_FROM: 'federation@example.org',
  }
  const deployment = await startDeployment(
    { admins: 1, workers: 1, tas: 1 },
    {
      database: async () => database,
      redis: () => startRedis({ password: plant('the password in REDIS_URL') }),
      environment: settings,
    },
  )
  const environment = { ...settings, ...deployment.environment }
  const directory = deployment.environment.KEYS_DIR
  const adminUrl = String(deployment.admins[0]?.url)
  const { d } = JSON.parse(await readFile(join(directory, 'private.json'), 'utf8'))
  secrets['the private key'] = d
  secrets['an API key'] = deployment.apiKey

  return {
    deployment,
    adminUrl,
    key: { 'x-api-key': deployment.apiKey },
    directory,
    heard,
    async post(path, body, headers = {}) {
      const sent = { 'content-type': 'application/json', origin: adminUrl, 'x-graphql-yoga-csrf': '1' }
      const response = await fetch(`${adminUrl}${path}`, {
        method: 'POST',
        headers: { ...sent, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      const text = await response.text()
      heard.push({ who: path, what: `${JSON.stringify([...response.headers])} ${text}` })
      return text
    },
    async listen(script, args, changes) {
      const program = run(script, args, { environment: { ...environment, ...changes } })
      await program.ended
      heard.push({ who: `${script} ${args.join(' ')}`, what: program.output() })
      return program.output()
    },
    async command(words, changes) {
      const { stdout, stderr } = await executeHere(words, { ...environment, ...changes }, '')
      heard.push({ who: words.join(' '), what: stdout + stderr })
      return stdout + stderr
    },
    async makeUser() {
      const { db } = deployment
      const config = readServerConfig({ ...environment, ADMIN_URL: 'http://localhost:8000' })
      const accounts = createAccounts({ db, auth: createAuth(db, config, systemClock), now: systemClock })
      const user = { username: 'root', password: plant('a password'), role: 'admin' } as const
      await accounts.createUser(cliCaller('test'), user)
    },
    async close() {
      await deployment.close()
      await mailServer.stop()
    },
  }
}
