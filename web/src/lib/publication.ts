/** Describes how far the public endpoints are behind the database. */
import { plural } from '#lib/format.ts'
import type { PublicationFieldsFragment } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export interface Publication {
  tone: Tone
  title: string
  detail: string
}

const waitingInWords = (pending: number) =>
  pending === 0
    ? 'No change is waiting.'
    : `${plural(pending, 'change')} will be published when Redis is back.`

/** No status: the server did not answer. */
export function publicationInWords(status: PublicationFieldsFragment | null): Publication {
  if (!status) {
    return {
      tone: 'quiet',
      title: 'State unknown',
      detail: 'The server did not report the publication status. Published data stays available.',
    }
  }
  if (!status.redisReachable) {
    return {
      tone: 'error',
      title: 'Redis unreachable',
      detail: `The public endpoints may be down. ${waitingInWords(status.pending)}`,
    }
  }
  if (status.health === 'STALLED') {
    return {
      tone: 'error',
      title: 'Publication stalled',
      detail: status.lastError ?? 'Publishing is behind. The server log has the reason.',
    }
  }
  if (status.health === 'PENDING') {
    return {
      tone: 'warning',
      title: `Publishing ${plural(status.pending, 'change')}`,
      detail: 'They reach the public endpoints within seconds.',
    }
  }
  return {
    tone: 'success',
    title: 'Up to date',
    detail: 'Every change is signed and served by the public endpoints.',
  }
}
