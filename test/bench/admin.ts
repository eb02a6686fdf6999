/** Runs the admin server under load, controlled over IPC: rebuild everything, do what is due, or serve its API. */
import { pino } from 'pino'
import { createAccounts } from '#server/auth/accounts.ts'
import { readServerConfig } from '#server/config/config.ts'
import { cliCaller, jobCaller } from '#server/identity/caller.ts'
import { checkSubordinates } from '#server/jobs/checks.ts'
import { type ScheduleName, schedules } from '#server/jobs/schedules.ts'
import { startAdminServer } from '#server/process/start.ts'

const config = readServerConfig({
  ...process.env,
  AUTH_SECRET: 'a secret of these measurements alone',
  ALLOW_HTTP: 'true',
  HOST: '127.0.0.1',
})
const server = await startAdminServer(config, pino({ level: 'error' }))
const { signal } = new AbortController()

/** Each message names one; its result is sent back. */
const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  rebuild: () => server.publisher.rebuild(),
  async check() {
    const all = await server.db.subordinate.count()
    let checked = 0
    while (checked < all) {
      const counts = await checkSubordinates(server.jobContext, jobCaller('bench'), signal)
      if (counts.failed > 0) throw new Error(`${counts.failed} checks failed`)
      checked += counts.checked
    }
    return checked
  },
  async key() {
    const [accounts, caller, username] = [createAccounts(server), cliCaller('bench'), 'bench']
    await accounts.createUser(caller, { username, password: 'correct horse battery staple', role: 'admin' })
    return (await accounts.createApiKey(caller, { username, keyName: username })).key
  },
}

// Every other message is the name of a schedule.
process.on('message', async (name: ScheduleName) => {
  const work = tasks[name] ?? (() => schedules[name].run(server.jobContext, signal))
  process.send?.((await work()) ?? null)
})
process.stdout.write('ready\n')
