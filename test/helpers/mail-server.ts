/** An SMTP server on loopback that keeps what it receives, and misbehaves on request. */
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { MailConfig } from '#server/config/config.ts'
import { freePort } from '#test/helpers/port.ts'

const sender = { name: 'Example Federation', address: 'federation@example.org' }

/** Of a server that is always away. */
export const unreachableMail: MailConfig = { smtpUrl: 'smtp://127.0.0.1:1', from: sender }

export type ReceivedMail = {
  /** Of the envelope. */
  to: string[]
  from: string
  /** The whole header, unfolded: one line for each field. */
  header: string[]
  /** The plain text, decoded. */
  text: string
  html: string
}

type Behaviour = {
  /** The answer to RCPT TO, such as `550 no such user`. */
  refusal?: string
  /** Never answers RCPT TO. */
  hangs?: boolean
}

export type MailServer = {
  config: MailConfig
  received: ReceivedMail[]
  behave(behaviour: Behaviour): void
  /** Refuses connections from then on, or takes them again on the same port. */
  stop(): Promise<void>
  restart(): Promise<void>
}

/** `users` maps names to passwords; without it, no authentication is asked for. */
export async function startMailServer(users?: Readonly<Record<string, string>>): Promise<MailServer> {
  const port = await freePort()
  const received: ReceivedMail[] = []
  let behaviour: Behaviour = {}
  let server: SMTPServer

  async function start(): Promise<void> {
    server = new SMTPServer({
      disabledCommands: users ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
      authOptional: !users,
      allowInsecureAuth: true,
      closeTimeout: 10,
      logger: false,
      onAuth: ({ username = '', password }, _session, answer) =>
        users?.[username] === password ? answer(null, { user: username }) : answer(new Error('no')),
      onRcptTo(_address, _session, answer) {
        if (behaviour.hangs) return
        const [, code = '', message = ''] = /^(\d+) (.*)$/.exec(behaviour.refusal ?? '') ?? []
        answer(code ? Object.assign(new Error(message), { responseCode: Number(code) }) : null)
      },
      async onData(stream, { envelope }, answer) {
        const { mailFrom, rcptTo } = envelope
        const from = mailFrom ? mailFrom.address : ''
        const raw = await text(stream).catch(() => null) // the client broke off
        if (raw === null) return
        received.push({ from, to: rcptTo.map(({ address }) => address), ...parse(raw) })
        answer(null)
      },
    })
    server.on('error', () => undefined) // a client that goes away
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  }

  await start()
  return {
    config: { smtpUrl: `smtp://127.0.0.1:${port}`, from: sender },
    received,
    behave(next) {
      behaviour = next
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    restart: start,
  }
}

function parse(raw: string) {
  const { header, body } = split(raw)
  const boundary = /boundary="([^"]+)"/.exec(header.join('\n'))?.[1] ?? ''
  const parts = body.split(`--${boundary}`).map((part) => split(part.replace(/^\r\n/, '')))
  const find = (type: string) =>
    parts
      .filter((part) => part.header.some((line) => line.startsWith(`Content-Type: ${type}`)))
      .map(decode)[0] ?? ''
  return { header, text: find('text/plain'), html: find('text/html') }
}

function split(raw: string): { header: string[]; body: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  return { header: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'), body: rest.join('\r\n\r\n') }
}

function decode({ header, body }: { header: string[]; body: string }): string {
  const encoding = header.find((line) => line.startsWith('Content-Transfer-Encoding: '))?.split(': ')[1]
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : Buffer.from(encoding === 'quoted-printable' ? unquote(body) : body, 'latin1')
  return bytes.toString('utf8').replaceAll('\r\n', '\n').replace(/\n+$/, '\n')
}

const unquote = (body: string) =>
  body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
