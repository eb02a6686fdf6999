/** Runs the admin server under load, controlled over IPC: rebuild everything, or serve its API for renewals. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { generateSigningKey } from '#core/keys.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { readServerConfig } from '#server/config/config.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { startAdminServer } from '#server/process/start.ts'
import { writeNewKey } from '#store/key-directory.ts'

const directory = await mkdtemp(join(tmpdir(), 'bench-'))
await writeNewKey(directory, await generateSigningKey('ES256'))
const config = readServerConfig({
  ...process.env,
  KEYS_DIR: directory,
  AUTH_SECRET: 'a secret of these measurements alone',
  ALLOW_HTTP: 'true',
  HOST: '127.0.0.1',
})
const server = await startAdminServer(config, pino({ level: 'error' }))

/** Each message names one; its result is sent back. */
const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  rebuild: () => server.publisher.rebuild(),
  async key() {
    const accounts = createAccounts(server)
    const caller = cliCaller('bench')
    await accounts.createUser(caller, {
      username: 'bench',
      password: 'correct horse battery staple',
      role: 'admin',
    })
    return (await accounts.createApiKey(caller, { username: 'bench', keyName: 'bench' })).key
  },
}

process.on('message', (name: string) => {
  void tasks[name]?.().then((answer) => process.send?.(answer ?? null))
})
process.stdout.write('ready\n')
