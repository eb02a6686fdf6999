/** Tests the isolation of connections to the embedded database, which has one session. */
import { once } from 'node:events'
import { Socket } from 'node:net'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startEmbeddedDatabase } from '#server/embedded/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

const database = inFile(startEmbeddedDatabase)

async function connect(stream = new Socket()): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, stream: () => stream })
  client.on('error', () => {}) // tests break connections
  await client.connect()
  return client
}

test('separates queries that waited for the end of a transaction', async () => {
  const ask = async (count: number) => {
    const client = await connect()
    const places = Array.from({ length: count }, (_, n) => `$${n + 1}::int`)
    for (let round = 0; round < 50; round++) {
      const values = places.map((_, n) => round * 100 + count * 10 + n)
      const query = { text: `SELECT ${places.join(', ')}`, values, rowMode: 'array' }
      await client.query('BEGIN')
      expect((await client.query(query)).rows).toEqual([values])
      await client.query('COMMIT')
      expect((await client.query(query)).rows).toEqual([values])
    }
    await client.end()
  }
  await Promise.all([1, 2, 3, 4, 5].map(ask))
})

test('isolates a transaction, and rolls it back when its connection breaks', async () => {
  const socket = new Socket()
  const [writer, reader] = [await connect(socket), await connect()]
  await writer.query('CREATE TABLE note (text text)')
  await writer.query('BEGIN')
  await writer.query('INSERT INTO note VALUES ($1)', ['unfinished'])
  const count = reader.query('SELECT count(*)::int AS notes FROM note')
  socket.destroy()
  expect((await count).rows).toEqual([{ notes: 0 }])
  await reader.end()
})

test('continues after a connection breaks between Parse and Sync', async () => {
  const socket = new Socket()
  const [, other] = [await connect(socket), await connect()]
  const query = Buffer.from('\0SELECT 1\0\0\0') // unnamed, with no parameter types
  const length = Buffer.alloc(4)
  length.writeInt32BE(query.length + length.length)
  socket.write(Buffer.concat([Buffer.from('P'), length, query]))
  await once(socket, 'data')
  const answer = other.query('SELECT $1::int AS n', [7])
  socket.destroy()
  expect((await answer).rows).toEqual([{ n: 7 }])
  await other.end()
})
