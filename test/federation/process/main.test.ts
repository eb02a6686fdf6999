/** The federation server as a process. */
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Program } from '#test/helpers/program.ts'
import { startRawServer } from '../raw-server.ts'
import { federationProcesses } from './federation-process.ts'

const { inKeys, start } = federationProcesses()

const listening = async (program: Program) => (await program.printed(/http:\/\/127\.0\.0\.1:\d+/))[0]

test('listens, responds, and exits with code 0 on SIGTERM', async () => {
  const program = start()
  const url = await listening(program)
  expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ status: 'ok' })
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
})

test('continues after SIGHUP', async () => {
  const program = start()
  const url = await listening(program)
  program.kill('SIGHUP')
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
})

test('finishes pending requests before it exits', async () => {
  const program = start({ ALLOW_HTTP: 'true' })
  const url = await listening(program)
  // The signal arrives while the server fetches from the entity.
  const entity = await startRawServer(async (_request, response) => {
    program.kill('SIGTERM')
    await program.printed(/closing/i)
    response.writeHead(404).end()
  })
  const answer = await fetch(`${url}/resolve?sub=${entity.url}&trust_anchor=https://ta.example`)
  // As it answers whose Redis is empty: what is not there may be unknown, or lost.
  expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  expect((await program.ended).code).toBe(0)
  await entity.close()
})

test.concurrent('reports that the port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const program = start({ PORT: port })
  expect((await program.ended).code).toBe(1)
  expect(program.output()).toContain(`Port ${port} of 127.0.0.1 is in use`)
  other.close()
})

const failures: [what: string, changes: () => Promise<Record<string, string>>, sentence: RegExp][] = [
  ['a missing key', async () => ({ KEYS_DIR: inKeys('nowhere') }), /private\.json does not exist/],
  [
    'a broken key',
    async () => {
      const directory = await mkdtemp(inKeys('broken-'))
      await writeFile(join(directory, 'private.json'), '{')
      return { KEYS_DIR: directory }
    },
    /private\.json is not valid JSON\./,
  ],
  [
    'a missing certificate',
    async () => ({ TLS_CERT: '/nowhere.pem', TLS_KEY: '/nowhere.pem' }),
    /TLS_CERT \/nowhere\.pem cannot be read/,
  ],
  [
    'an invalid certificate',
    async () => {
      const file = inKeys('not.pem')
      await writeFile(file, 'hello')
      return { TLS_CERT: file, TLS_KEY: file }
    },
    /are not a certificate and its key/,
  ],
  ['no entity identifier', async () => ({ TA_DOMAIN: '' }), /TA_DOMAIN \(domain\) is not set/],
]

test.concurrent.each(failures)(
  'exits with code 1 and one sentence about %s',
  async (_what, changes, sentence) => {
    const program = start(await changes())
    expect((await program.ended).code).toBe(1)
    expect(program.output().trim()).toMatch(sentence)
    expect(program.output().trim().split('\n')).toHaveLength(1)
  },
)
