/** Derives the state of a rollover of the signing key (§11.2): the done steps, the due step, and when it is safe. */
import type { SigningKeyFieldsFragment, SigningKeyUseFieldsFragment } from '#lib/gql/graphql.ts'
import type { StepState } from '#lib/step.ts'

type Key = Pick<SigningKeyFieldsFragment, 'kid' | 'state' | 'validSignatures'> &
  Partial<Pick<SigningKeyFieldsFragment, 'usableFrom'>>
type Withdrawn = { validSignatures: Pick<SigningKeyUseFieldsFragment, 'trustMarks'> }

export const steps = ['announce', 'wait', 'switch', 'reissue', 'retire'] as const
export type StepName = (typeof steps)[number]

export interface Rollover<Listed extends Key> {
  announced: Listed | undefined
  /** Earlier keys that are still published. */
  earlier: Listed[]
  /** Published Trust Marks that the current key has not signed. */
  marks: number
  states: Readonly<Record<StepName, StepState>>
}

export const isUsable = ({ usableFrom }: Pick<Key, 'usableFrom'>, now: Date) =>
  Boolean(usableFrom && new Date(usableFrom) <= now)

/** No published data and no copy held by clients needs it. */
export const isUnneeded = ({ validSignatures: { subordinateStatements, trustMarks, neededUntil } }: Key) =>
  subordinateStatements === 0 && trustMarks === 0 && !neededUntil

export function rolloverOf<Listed extends Key>(
  keys: readonly Listed[],
  withdrawn: readonly Withdrawn[],
  now: Date,
): Rollover<Listed> {
  const announced = keys.find(({ state }) => state === 'ANNOUNCED')
  const earlier = keys.filter(({ state }) => state === 'PUBLISHED')
  const marks = [...earlier, ...withdrawn].reduce((sum, key) => sum + key.validSignatures.trustMarks, 0)
  return { announced, earlier, marks, states: statesOf(announced, earlier, marks, now) }
}

/**
 * An announced key begins a rollover. Without one, an earlier key that is still published is the end of the last
 * rollover.
 */
function statesOf(
  announced: Key | undefined,
  earlier: readonly Key[],
  marks: number,
  now: Date,
): Record<StepName, StepState> {
  const isEnding = earlier.length > 0
  const retirable: StepState = marks === 0 && earlier.some(isUnneeded) ? 'due' : 'waiting'
  const retire = isEnding ? retirable : 'later'
  if (announced) {
    const isSafe = isUsable(announced, now)
    return {
      announce: 'done',
      wait: isSafe ? 'done' : 'due',
      switch: isSafe ? 'due' : 'waiting',
      reissue: marks > 0 ? 'due' : 'later',
      retire,
    }
  }
  const before = isEnding ? 'done' : 'later'
  return {
    announce: isEnding ? 'done' : 'due',
    wait: before,
    switch: before,
    reissue: marks > 0 ? 'due' : before,
    retire,
  }
}

/** The valid signatures of a key in words; empty: none. */
export function useInWords(
  {
    subordinateStatements: statements,
    trustMarks,
    replacedTrustMarks: replaced,
  }: Omit<SigningKeyUseFieldsFragment, 'neededUntil'>,
  plural: (count: number, one: string) => string,
): string {
  const parts = [
    statements > 0 && plural(statements, 'published statement'),
    trustMarks > 0 && plural(trustMarks, 'Trust Mark'),
    replaced > 0 && `${plural(replaced, 'Trust Mark')} replaced since`,
  ].filter((part) => part !== false)
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')
}
