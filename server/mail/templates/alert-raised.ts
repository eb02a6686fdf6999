/** An alert has begun, for those who can end it. */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'

export type AlertRaised = {
  code: string
  severity: 'CRITICAL' | 'WARNING'
  message: string
  since: Date
  anchor: string
  link: string
  /** Where its reader turns such messages off; null: they cannot be turned off. */
  stopUrl: string | null
}

export const alertRaised = ({
  code,
  severity,
  message,
  since,
  anchor,
  link,
  stopUrl,
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
    footer: stopUrl
      ? [
          `You receive this because you chose messages about alerts at ${anchor}, or have not turned them off.`,
          `To stop these messages, turn them off in your account: ${stopUrl}`,
        ]
      : [
          'You receive this because you are an administrator.',
          'Each administrator learns of a change without a second person. These messages cannot be turned off.',
        ],
  })
