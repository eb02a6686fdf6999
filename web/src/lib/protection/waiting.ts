/** The message of a change that waits for a second person. Forms show it with a link to its approval. */
import { route } from '#lib/route.ts'

const WAITS = 'A second person must approve this.'
const named = /^(.+\.) See the approval at (\S+)\.$/

/** A message is text on its way through a form, so the address is a part of it. */
export const waitingMessage = (id: string) => `${WAITS} See the approval at ${route.approval(id)}.`

/** The sentence and the address of the approval; undefined for other messages. */
export function approvalIn(message: string): { sentence: string; href: string } | undefined {
  const [, sentence, href] = named.exec(message) ?? []
  return sentence && href?.startsWith('/') ? { sentence, href } : undefined
}
