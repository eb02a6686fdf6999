/** Tests the transport against a real SMTP server: what arrives, and why something does not. */
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTransport, DeliveryError, type Transport } from '#server/mail/transport.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { freePort } from '#test/helpers/port.ts'

const open: Transport[] = []
const server = inFile(startMailServer)
beforeEach(() => {
  server.received.length = 0
  server.behave({})
})
afterEach(() => {
  for (const transport of open.splice(0)) transport.close()
})

const message = { subject: 'Größe', text: 'Hello\n', html: '<p>Hello</p>' }
const SHORT = { total: 500, step: 300 }

function connect(smtpUrl = server.config.smtpUrl, limits?: typeof SHORT): Transport {
  const transport = createTransport({ ...server.config, smtpUrl }, limits)
  open.push(transport)
  return transport
}

/** The error of an attempt. */
async function failureOf(transport: Transport, to = 'anna@lu.example'): Promise<DeliveryError> {
  const error = await transport.send(to, '<1@example.org>', message).catch((caught) => caught)
  expect(error).toBeInstanceOf(DeliveryError)
  return error
}

describe('a message', () => {
  it('arrives with its sender, a stable id and the sign that a program wrote it', async () => {
    await connect().send('anna@lu.example', '<inmor-1@example.org>', message)
    expect(server.received).toMatchObject([
      { to: ['anna@lu.example'], from: 'federation@example.org', text: 'Hello\n', html: '<p>Hello</p>\n' },
    ])
    const { header = [] } = server.received[0] ?? {}
    expect(header).toEqual(
      expect.arrayContaining([
        'From: Example Federation <federation@example.org>',
        'To: anna@lu.example',
        'Message-ID: <inmor-1@example.org>',
        'Auto-Submitted: auto-generated',
        'Subject: =?UTF-8?Q?Gr=C3=B6=C3=9Fe?=',
      ]),
    )
  })

  it('cannot add a header or a recipient', async () => {
    const evil = { ...message, subject: 'Hello\r\nBcc: evil@example.org\r\n\r\nA body' }
    await connect().send('anna@lu.example', '<1@example.org>\r\nBcc: evil@example.org', evil)
    expect(server.received[0]?.to).toEqual(['anna@lu.example'])
    expect(server.received[0]?.header.filter((line) => /^(Bcc|Cc):/i.test(line))).toEqual([])
    expect(server.received[0]?.text).toBe('Hello\n')

    await failureOf(connect(), 'anna@lu.example\r\nRCPT TO:<evil@example.org>')
    const before = server.received.length
    await failureOf(connect(), 'anna@lu.example, evil@example.org')
    expect(server.received).toHaveLength(before)
  })

  it('reads no file and no address that its content names', async () => {
    const content = { path: '/etc/passwd' }
    // As a fault of a template could, which the types do not allow.
    const faulty = { ...message, text: content } as unknown as typeof message
    const error = await connect()
      .send('anna@lu.example', '<1@example.org>', faulty)
      .catch((caught) => caught)
    expect(error).toBeInstanceOf(DeliveryError)
    expect(server.received).toEqual([])
  })
})

describe('a failure', () => {
  it('of the recipient is final when the server says so', async () => {
    server.behave({ refusal: '550 no such user' })
    expect(await failureOf(connect())).toMatchObject({
      message: expect.stringMatching(/^The SMTP server answered: 550 no such user/),
      isFinal: true,
      isOutage: false,
    })
    server.behave({ refusal: '451 try again later' })
    expect(await failureOf(connect())).toMatchObject({ isFinal: false, isOutage: false })
  })

  it('is that nothing listens', async () => {
    const error = await failureOf(connect(`smtp://127.0.0.1:${await freePort()}`))
    expect(error).toMatchObject({
      message: 'The SMTP server cannot be reached.',
      isOutage: true,
      isFinal: false,
    })
  })

  it('is that the server does not greet, or stops in the middle', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)))
    const port = await freePort()
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
    const late = { message: 'The SMTP server did not answer in time.', isOutage: true, isFinal: false }
    expect(await failureOf(connect(`smtp://127.0.0.1:${port}`, SHORT))).toMatchObject(late)
    for (const socket of sockets) socket.destroy()
    silent.close()

    server.behave({ hangs: true })
    expect(await failureOf(connect(undefined, SHORT))).toMatchObject(late)
  })

  it('is that the server sends its answer too slowly', async () => {
    const drip = createServer((socket) => {
      socket.on('error', () => undefined)
      const timer = setInterval(() => socket.write('220-wait\r\n'), 50)
      socket.on('close', () => clearInterval(timer))
    })
    const port = await freePort()
    await new Promise<void>((resolve) => drip.listen(port, '127.0.0.1', resolve))
    const began = performance.now()
    const limits = { total: 400, step: 10_000 }
    const error = await failureOf(connect(`smtp://127.0.0.1:${port}`, limits))
    expect(error.message).toBe('The SMTP server did not answer in time.')
    expect(performance.now() - began).toBeLessThan(limits.step)
    drip.close()
  })

  it('is a wrong password, which no message repeats', async () => {
    const closed = await startMailServer({ inmor: 'right' })
    const url = new URL(closed.config.smtpUrl)
    url.username = 'inmor'
    url.password = 'wrong-password'
    const error = await failureOf(connect(url.href))
    expect(error).toMatchObject({
      message: 'The SMTP server refused the user or the password in SMTP_URL.',
      isFinal: false,
      isOutage: true,
    })
    url.password = 'right'
    await connect(url.href).send('anna@lu.example', '<1@example.org>', message)
    expect(closed.received).toHaveLength(1)
    await closed.stop()
  })
})
