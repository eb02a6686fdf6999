/** Runs the admin server under load, controlled over IPC: rebuild everything, check what is due, or serve its API. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { generateSigningKey } from '#core/keys.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import { readServerConfig } from '#server/config/config.ts'
import { cliCaller, jobCaller } from '#server/identity/caller.ts'
import { checkSubordinates } from '#server/jobs/checks.ts'
import type { RunContext } from '#server/jobs/context.ts'
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
  async check() {
    const context = { ...server, observe: server.observe.jobs } as unknown as RunContext // what a check uses is there
    const caller = jobCaller('bench')
    const signal = new AbortController().signal
    const all = await server.db.subordinate.count()
    let checked = 0
    while (checked < all) {
      const counts = await checkSubordinates(context, caller, signal)
      if (counts.failed > 0) throw new Error(`${counts.failed} checks failed`)
      checked += counts.checked
    }
    return checked
  },
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
