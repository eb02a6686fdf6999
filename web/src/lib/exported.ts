/** Describes what an export answers without the installation, and what would make it last longer. */
import { count, exactTime, secondsInWords } from '#lib/format.ts'
import type { ExportedFilesFragment } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

type Kind = { label: string; lengthen: string }

/** By the name of the kind in the manifest. A newer export may have others. */
const kinds: Readonly<Record<string, Kind>> = {
  entity_configuration: {
    label: 'Entity Configuration',
    lengthen: 'Raise the validity of the Entity Configuration in the settings.',
  },
  fetch: {
    label: 'Subordinate Statements',
    lengthen: 'Raise the validity of Subordinate Statements in the settings.',
  },
  resolve: {
    label: 'Resolve responses',
    lengthen:
      'Each ends with the first statement of its chain, often the Entity Configuration that the member signs.',
  },
  trust_mark: { label: 'Trust Marks', lengthen: 'Raise the validity of marks in their type.' },
  status_list: { label: 'Status of Trust Marks', lengthen: 'It is signed again long before.' },
  list: { label: 'Lists of subordinates', lengthen: '' },
  trust_mark_list: { label: 'Lists of holders', lengthen: '' },
  collection: { label: 'Collected entities', lengthen: '' },
  historical_keys: { label: 'Historical keys', lengthen: '' },
}

export const kindInWords = (kind: string): Kind => kinds[kind] ?? { label: kind, lengthen: '' }

/** `6 days 4 hours`, `40 minutes`. */
function durationInWords(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000)
  if (hours < 2) return secondsInWords(milliseconds / 1000)
  const [days, rest] = [Math.floor(hours / 24), hours % 24]
  const inWords = (value: number, unit: string) => `${count(value)} ${unit}${value === 1 ? '' : 's'}`
  if (days === 0) return inWords(rest, 'hour')
  return rest === 0 ? inWords(days, 'day') : `${inWords(days, 'day')} ${inWords(rest, 'hour')}`
}

function titleOf(until: string | null, now: Date): string {
  if (until === null) return 'Answered without this installation, and nothing expires'
  const left = new Date(until).getTime() - now.getTime()
  if (left <= 0) return 'Some exported files have expired'
  return `Answered for ${durationInWords(left)} without this installation`
}

export function exportedInWords(
  files: ExportedFilesFragment | null,
  now: Date,
): { tone: Tone; title: string; detail: string } {
  if (!files) {
    return {
      tone: 'quiet',
      title: 'Nothing is exported',
      detail:
        'Without this installation nothing is answered, beyond what caches hold for a minute. With EXPORT_FOLDER, ta writes files that any web server can send.',
    }
  }
  const { answeredUntil, isCurrent, signedAt, kinds } = files
  const title = titleOf(answeredUntil, now)
  if (!isCurrent) {
    const time = exactTime(new Date(signedAt))
    return {
      tone: 'warning',
      title,
      detail: `The files are those of ${time}: what writes them does not follow.`,
    }
  }
  const [first] = kinds
  const { label, lengthen } = kindInWords(first?.kind ?? '')
  const hasExpired = answeredUntil !== null && new Date(answeredUntil) <= now
  return {
    tone: hasExpired ? 'error' : 'success',
    title,
    detail: first?.endsAt ? `${label} end first. ${lengthen}` : 'No file expires.',
  }
}
