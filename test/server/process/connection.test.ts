/** Tests database URLs with several hosts. test/product/database-failover.test.ts tests the choice of the primary. */
import { expect, it } from 'vitest'
import { connectionConfig, databaseHosts } from '#prisma/connection.ts'

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
