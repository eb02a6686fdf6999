/** Tests docs/guide/webhooks.md: its receiver runs, its event is as sent, and its list of events is complete. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { publishedActions } from '#server/services/audit/published.ts'
import { buildEvent } from '#server/webhook/event.ts'
import { createSecret, sign } from '#server/webhook/send.ts'
import { freePort } from '#test/helpers/port.ts'
import { blocksOf, root } from './document.ts'

const DOCUMENT = 'docs/guide/webhooks.md'
const event = buildEvent(
  {
    id: 5012,
    at: new Date('2026-11-27T12:00:00Z'),
    anchor: null,
    action: 'registerSubordinate',
    resourceType: 'Subordinate',
    resource: 'https://rp.example.org',
    eventTypes: ['registration'],
    runId: null,
    hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  () => 'https://ta.example.org',
)

const blockOf = async (language: string) =>
  (await blocksOf(DOCUMENT)).find((block) => block.language === language)?.content ?? ''

test('its receiver takes each signed event once, and refuses others', async () => {
  const secret = createSecret()
  const port = await freePort()
  const receiver = spawn(process.execPath, ['--input-type=module', '-e', await blockOf('js')], {
    cwd: root('test'), // where its package is installed
    env: { WEBHOOK_SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    const closed = receiver.exitCode === null ? once(receiver, 'close') : undefined
    receiver.kill('SIGKILL')
    await closed
  })
  let printed = ''
  receiver.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const send = async (by: string, body = event.body) => {
    const headers = sign([by], event, new Date())
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body })
    return response.status
  }
  await expect.poll(() => send(secret).catch(() => null)).toBe(204)
  expect(await send(secret)).toBe(204)
  expect(await send(createSecret())).toBe(401)
  expect(await send(secret, event.body.replace('rp.', 'op.'))).toBe(401)
  await expect.poll(() => printed).toBe('org.inmor.registerSubordinate https://rp.example.org\n')
})

test('its event is as it is sent', async () => {
  expect(JSON.parse(await blockOf('json'))).toEqual(JSON.parse(event.body))
})

test('its table lists the published actions', async () => {
  const document = await readFile(root(DOCUMENT), 'utf8')
  const [, table = ''] = document.split('## The events')
  expect([...table.matchAll(/`([a-z]\w+)`/g)].map(([, name]) => name)).toEqual(publishedActions)
})
