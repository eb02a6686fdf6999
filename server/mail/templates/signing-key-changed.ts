/** A signing key of an anchor was announced, or signs from now on (§11.2). */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerFor, type Reader } from '#server/mail/reader.ts'

export type SigningKeyChanged = {
  anchor: string
  entityId: string
  kid: string
  alg: string
  change: 'ANNOUNCED' | 'CURRENT'
  at: Date
  reader: Reader
}

const changes = {
  ANNOUNCED: {
    title: 'New key announced',
    sentence: 'announced a new signing key. It signs nothing yet.',
    advice: 'before it signs',
  },
  CURRENT: {
    title: 'New key in use',
    sentence: 'signs with a new key.',
    advice: 'now',
  },
} as const

export function signingKeyChanged({
  anchor,
  entityId,
  kid,
  alg,
  change,
  at,
  reader,
}: SigningKeyChanged): Message {
  const { title, sentence, advice } = changes[change]
  return layOut({
    subject: `${title}: ${anchor}`,
    blocks: [
      `${anchor} ${sentence}`,
      {
        facts: [
          ['Trust Anchor', entityId],
          ['Key (kid)', kid],
          ['Algorithm', alg],
          ['Time', timeInUtc(at)],
        ],
      },
      `If your software has the keys of this Trust Anchor in its configuration, add this key ${advice} (§10). Compare it with the Entity Configuration at ${entityId}/.well-known/openid-federation. Software that reads the keys from there needs nothing.`,
    ],
    footer: footerFor(reader),
  })
}
