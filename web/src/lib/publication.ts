/** Describes how far the public endpoints are behind the database. */
import { exactTime, plural, secondsInWords } from '#lib/format.ts'
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

/** The time left at the present rate, where it is known. */
const timeLeft = ({ estimatedSeconds: seconds }: PublicationFieldsFragment) =>
  seconds == null ? '' : ` About ${secondsInWords(seconds)} left.`

/** `unreachableSince`: the server does not answer, so that an earlier status says nothing. */
export function publicationInWords(
  status: PublicationFieldsFragment | null,
  unreachableSince?: Date,
): Publication {
  if (unreachableSince) {
    return {
      tone: 'error',
      title: 'Server unreachable',
      detail: `The admin server has not answered since ${exactTime(unreachableSince)}. Trying again.`,
    }
  }
  if (!status) {
    return {
      tone: 'quiet',
      title: 'State unknown',
      detail: 'The server did not report the publication status.',
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
      detail:
        status.lastError ??
        `${plural(status.pending, 'change')} to publish, but nothing was published for 30 seconds and no error is recorded. Check that the admin server and its workers are running.`,
    }
  }
  if (status.health === 'BEHIND') {
    return {
      tone: 'warning',
      title: `Behind: ${plural(status.pending, 'change')} to publish`,
      detail: `They are being published.${timeLeft(status)}`,
    }
  }
  if (status.health === 'PENDING') {
    return {
      tone: 'warning',
      title: `Publishing ${plural(status.pending, 'change')}`,
      detail: `They are on their way to the public endpoints.${timeLeft(status)}`,
    }
  }
  return {
    tone: 'success',
    title: 'Up to date',
    detail: 'Every change is signed and served by the public endpoints.',
  }
}
