/**
 * Starts a PostgreSQL with a synchronous standby that takes over when the primary is unavailable.
 * A restart kills the primary permanently and promotes the standby.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from '#test/helpers/port.ts'
import { openPostgres } from '#test/helpers/postgres.ts'
import type { RestartableDatabase } from '#test/helpers/restartable-database.ts'
import { untilTrue } from '#test/helpers/until.ts'

export async function startFailoverDatabase(binaries: string): Promise<RestartableDatabase> {
  const { directory, run } = await openPostgres(binaries)
  const [first, second] = [await freePort(), await freePort()]
  const place = (name: string) => join(directory, name)
  const control = (name: string, ...args: string[]) =>
    run('pg_ctl', '--pgdata', place(name), ...args, '--wait', '--log', place(`${name}.log`))
  const start = (name: string, port: number) =>
    control(name, 'start', '--options', `-h 127.0.0.1 -p ${port} -k ${directory} -c fsync=off`)

  await run('initdb', '--pgdata', place('primary'), '--auth', 'trust', '--username', 'postgres', '--no-sync')
  await start('primary', first)
  const from = ['--host', '127.0.0.1', '--port', String(first), '--username', 'postgres']
  const copy = ['--write-recovery-conf', '--checkpoint', 'fast', '--no-sync']
  await run('pg_basebackup', '--pgdata', place('standby'), ...from, ...copy)
  await start('standby', second)
  await waitForStandby(first)
  return {
    url: `postgresql://postgres@127.0.0.1:${first},127.0.0.1:${second}/postgres?target_session_attrs=read-write`,
    async restart() {
      await control('primary', 'stop', '--mode', 'immediate')
      await control('standby', 'promote')
    },
    async close() {
      await control('standby', 'stop', '--mode', 'immediate')
      await control('primary', 'stop', '--mode', 'immediate').catch(() => {}) // it may already be dead
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** From here on a commit needs the write of the standby. */
async function waitForStandby(port: number): Promise<void> {
  const client = new pg.Client(`postgresql://postgres@127.0.0.1:${port}/postgres`)
  await client.connect()
  await client.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`)
  await client.query('SELECT pg_reload_conf()')
  const states = () => client.query('SELECT 1 FROM pg_stat_replication WHERE sync_state = $1', ['sync'])
  await untilTrue('the standby writes with the primary', async () => (await states()).rowCount !== 0)
  await client.end()
}
