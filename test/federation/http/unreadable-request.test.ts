/** An unreadable request gets an error in the common format (§8.9). */
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeAll, expect } from 'vitest'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { trustAnchorInFile } from '../trust-anchor.ts'

let port: number

const ta = trustAnchorInFile()
beforeAll(async () => {
  port = Number(new URL(await ta.app.listen({ host: '127.0.0.1', port: 0 })).port)
})

eachRow([
  proves(['is not HTTP', 'HELLO\r\n\r\n', 400], '8.9/errors'),
  ['has a raw byte in its path', 'GET /list?x=\u0001 HTTP/1.1\r\nHost: ta.example\r\n\r\n', 400],
  ['has endless headers', `GET /list HTTP/1.1\r\nHost: ta.example\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('what %s is refused', async (_what, bytes, status) => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(bytes)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head).toContain('content-type: application/json')
  expect(JSON.parse(body)).toEqual({
    error: 'invalid_request',
    error_description: expect.stringMatching(/\w/),
  })
})
