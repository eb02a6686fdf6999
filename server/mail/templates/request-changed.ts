/** A step of an operator with a request, for the people of its organization. */
import { type Block, layOut, type Message } from '#server/mail/layout.ts'
import { footerFor, type Reader } from '#server/mail/reader.ts'

export type RequestChanged = {
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
