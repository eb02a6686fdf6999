/** Slow clients are disconnected. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test } from 'vitest'
import { trustAnchorInFile } from '../trust-anchor.ts'

let port: number

// Short timeouts keep the tests fast.
const ta = trustAnchorInFile({ timeouts: { requestTimeout: 300, connectionsCheckingInterval: 50 } })
beforeAll(async () => {
  port = Number(new URL(await ta.app.listen({ host: '127.0.0.1', port: 0 })).port)
})

async function send(beginning: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(beginning)
  return socket
}

test.each([
  ['the header', 'GET /list HTTP/1.1\r\nHost: ta.example\r\nX-Slow: '],
  [
    'the body',
    'POST /trust_mark_status HTTP/1.1\r\nHost: ta.example\r\nContent-Length: 100\r\n' +
      'Content-Type: application/x-www-form-urlencoded\r\n\r\ntrust_mark=',
  ],
])('one that never ends %s is cut off', async (_what, beginning) => {
  const answer = await text(await send(beginning))
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  // So that a page in a browser can read it.
  expect(answer).toContain('\r\naccess-control-allow-origin: *\r\n')
})

test('serves other clients in the meantime', async () => {
  const slow = await send('GET /list HTTP/1.1\r\nHost: ta.example\r\nX-Slow: ')
  const answer = await fetch(`http://127.0.0.1:${port}/health/live`)
  expect(answer.status).toBe(200)
  slow.destroy()
})
