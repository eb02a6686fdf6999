/** Tests database URLs with several hosts. test/product/database-failover.test.ts tests the choice of the primary. */
import { expect, it, onTestFinished } from 'vitest'
import { connectionConfig, createClient, databaseHosts } from '#prisma/connection.ts'
import { startDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRelay } from '#test/helpers/relay.ts'

const database = inFile(startDatabase)

it.each([
  ['postgresql://db/inmor', ['postgresql://db/inmor']],
  [
    'postgres://inmor:p%40ss@db:5433/inmor?sslmode=require',
    ['postgres://inmor:p%40ss@db:5433/inmor?sslmode=require'],
  ],
  [
    'postgresql://inmor:secret@a:5432,[::1]:5433,c/inmor?sslmode=require&target_session_attrs=read-write',
    ['a:5432', '[::1]:5433', 'c'].map((host) => `postgresql://inmor:secret@${host}/inmor?sslmode=require`),
  ],
  ['postgresql://a,b/inmor?target_session_attrs=primary', ['postgresql://a/inmor', 'postgresql://b/inmor']],
])('accepts %s', (url, hosts) => {
  expect(databaseHosts(url)).toEqual(hosts)
})

it.each([
  'mysql://db/inmor',
  'db',
  '',
  'postgresql://',
  'postgresql://a,:x/inmor',
  'postgresql://a:port,b/inmor',
])('refuses %s', (url) => {
  expect(databaseHosts(url)).toEqual([])
})

it('queries hosts only when there are several', () => {
  expect(connectionConfig('postgresql://a/inmor')).toEqual({ connectionString: 'postgresql://a/inmor' })
  expect(connectionConfig('postgresql://a,b/inmor').Client).toBeTypeOf('function')
})

it('reports an unavailable database when no host accepts writes', async () => {
  const { Client } = connectionConfig('postgresql://127.0.0.1:1,127.0.0.1:2/inmor')
  if (!Client) throw new Error('there are two hosts')
  await expect(new Client().connect()).rejects.toMatchObject({
    message: 'No host of the database accepts writes',
    code: 'ECONNREFUSED',
  })
})

it('does not end the process when the connection of a single client is lost', async () => {
  const relay = await startRelay(database.url)
  onTestFinished(relay.close)
  const url = new URL(database.url)
  url.port = new URL(relay.url).port
  const client = createClient(url.href)
  await client.connect()
  const ended = new Promise<void>((resolve) => void client.once('end', resolve))
  relay.cut()
  await ended
  await expect(client.query('SELECT 1')).rejects.toThrow('not queryable')
  await client.end()
})
