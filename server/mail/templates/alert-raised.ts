/** An alert has begun, for those who can end it. */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'

export type AlertRaised = {
  code: string
  severity: 'CRITICAL' | 'WARNING'
  message: string
  since: Date
  anchor: string
  link: string
  accountUrl: string
}

export const alertRaised = ({
  code,
  severity,
  message,
  since,
  anchor,
  link,
  accountUrl,
}: AlertRaised): Message =>
  layOut({
    subject: `${severity === 'CRITICAL' ? 'Critical' : 'Warning'} at ${anchor}: ${code}`,
    blocks: [
      message,
      {
        facts: [
          ['Federation', anchor],
          ['Since', timeInUtc(since)],
        ],
      },
      { link, label: 'Open the console' },
    ],
    footer: [
      `You receive this because you are an operator of ${anchor}.`,
      `To stop these messages, turn them off in your account: ${accountUrl}`,
    ],
  })
