/** Whether the organization accepted a text, by its hash: another wording must be accepted again. */
import { createHash } from 'node:crypto'
import { type Facts, type Finding, fail, pass } from '#server/services/request/pipeline/facts.ts'
import type { PipelineCheck } from '#server/services/request/pipeline/input.ts'

type Asked = Extract<PipelineCheck, { check: 'TERMS_ACCEPTED' }>

/** SHA-256 of the text in UTF-8, hex. */
export const hashTerms = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

export function checkTerms({ acceptedTerms }: Facts, { text }: Asked): Finding {
  if (acceptedTerms.includes(hashTerms(text))) return { ...pass('The terms are accepted.'), terms: text }
  return { ...fail('The terms are not accepted.'), terms: text }
}
