/** The e-mails to those who act for members. */
import { type Block, layOut, type Message, plural, timeInUtc } from '#server/mail/layout.ts'
import { footerFor, type Reader } from '#server/mail/reader.ts'

type ConfigurationExpires = {
  anchor: string
  entityId: string
  expiresAt: Date
  /** Whole days until then, at least 1. */
  days: number
  reader: Reader
}

/** The Entity Configuration of a member expires soon. */
export const configurationExpires = ({
  anchor,
  entityId,
  expiresAt,
  days,
  reader,
}: ConfigurationExpires): Message =>
  layOut({
    subject: `Configuration expires within ${plural(days, 'day')}: ${entityId}`,
    blocks: [
      `The Entity Configuration of ${entityId} expires within ${plural(days, 'day')}.`,
      {
        facts: [
          ['Entity', entityId],
          ['Expires', timeInUtc(expiresAt)],
          ['Federation', anchor],
        ],
      },
      'When it has expired, no Trust Chain with this entity is valid, and other members refuse it. Publish a new Entity Configuration with a later "exp" at /.well-known/openid-federation (§3.1.2). Nothing else is needed: the new one is found automatically.',
    ],
    footer: footerFor(reader),
  })

type MemberDoesNotResolve = {
  anchor: string
  entityId: string
  /** The name of the check at fault. */
  code: string
  /** The finding, as a sentence. */
  reason: string
  since: Date
  reader: Reader
}

/** A member does not resolve any more: what its partners see. */
export const memberDoesNotResolve = ({
  anchor,
  entityId,
  code,
  reason,
  since,
  reader,
}: MemberDoesNotResolve): Message =>
  layOut({
    subject: `Does not resolve: ${entityId}`,
    blocks: [
      `${entityId} does not resolve in ${anchor}. Other members refuse it until this is fixed.`,
      { quote: reason },
      {
        facts: [
          ['Entity', entityId],
          ['Failed check', code],
          ['Since', timeInUtc(since)],
        ],
      },
      'Fix the Entity Configuration of the entity, or ask the operators if their policy is the reason. The entity is checked again automatically.',
    ],
    footer: footerFor(reader),
  })

type Mark = { anchor: string; entityId: string; trustMarkType: string; reader: Reader }

type TrustMarkExpires = Mark & {
  expiresAt: Date
  /** Whole days until then, at least 1. */
  days: number
}

/** A Trust Mark expires soon without a renewal, or was revoked. */
export const trustMarkExpires = ({ expiresAt, days, ...mark }: TrustMarkExpires): Message =>
  layOut({
    subject: `Trust Mark expires within ${plural(days, 'day')}: ${mark.entityId}`,
    blocks: [
      `A Trust Mark of ${mark.entityId} expires within ${plural(days, 'day')}. It is not renewed automatically.`,
      factsOf(mark, ['Expires', timeInUtc(expiresAt)]),
      `If the entity still needs it, ask the operators of ${mark.anchor} to renew it.`,
    ],
    footer: footerFor(mark.reader),
  })

/** Without the reason, which only operators see. */
type TrustMarkRevoked = Mark & { revokedAt: Date }

export const trustMarkRevoked = ({ revokedAt, ...mark }: TrustMarkRevoked): Message =>
  layOut({
    subject: `Trust Mark revoked: ${mark.entityId}`,
    blocks: [
      `The operators of ${mark.anchor} revoked a Trust Mark of ${mark.entityId}. It is not valid any more.`,
      factsOf(mark, ['Revoked', timeInUtc(revokedAt)]),
      'Remove it from the "trust_marks" of the Entity Configuration (§3.1.2). The operators can tell you the reason.',
    ],
    footer: footerFor(mark.reader),
  })

const factsOf = ({ entityId, trustMarkType }: Mark, time: readonly [string, string]): Block => ({
  facts: [['Entity', entityId], ['Trust Mark type', trustMarkType], time],
})

/** A signing key of an anchor was announced, or signs from now on (§11.2). */
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

type RequestChanged = {
  anchor: string
  entityId: string
  kind: 'REGISTER' | 'CHANGE' | 'TRUST_MARK' | 'WITHDRAW'
  step: 'APPROVED' | 'REFUSED' | 'RETURNED' | 'COMMENTED'
  /** What the operator wrote. */
  text: string | null
  link: string
  reader: Reader
}

const kinds: Readonly<Record<RequestChanged['kind'], string>> = {
  REGISTER: 'to register',
  CHANGE: 'to change',
  TRUST_MARK: 'for a Trust Mark for',
  WITHDRAW: 'to remove',
}

const steps: Readonly<Record<RequestChanged['step'], { title: string; sentence: string }>> = {
  APPROVED: { title: 'Approved', sentence: 'approved your request' },
  REFUSED: { title: 'Refused', sentence: 'refused your request' },
  RETURNED: {
    title: 'Your answer is needed',
    sentence: 'ask for something before they decide on your request',
  },
  COMMENTED: { title: 'New comment', sentence: 'commented on your request' },
}

/** A step of an operator with a request, for the people of its organization. */
export function requestChanged({
  anchor,
  entityId,
  kind,
  step,
  text,
  link,
  reader,
}: RequestChanged): Message {
  const { title, sentence } = steps[step]
  const comment: Block[] = text === null ? [] : ['They write:', { quote: text }]
  return layOut({
    subject: `${title}: request ${kinds[kind]} ${entityId}`,
    blocks: [
      `The operators of ${anchor} ${sentence} ${kinds[kind]} ${entityId}.`,
      ...comment,
      { link, label: step === 'RETURNED' ? 'Answer the request' : 'Show the request' },
    ],
    footer: footerFor(reader),
  })
}
