/** Finds the steps that a scheduled rollover has ahead, from the present keys: when each is safe, and what it waits for. */
import { type StoreName, storePlaces } from '#federation/key-store/store.ts'
import { say } from '#server/services/signing-key/safety.ts'
import type { KeyUse } from '#server/services/signing-key/use.ts'
import type { SigningKeyView } from '#server/services/signing-key/view.ts'

export type RolloverStepName = 'REISSUE' | 'RETIRE' | 'SWITCH' | 'ANNOUNCE'

export type PossibleStep = {
  step: RolloverStepName
  /** The key that is to be replaced, switched to, signed with or retired. */
  kid: string
  /** When it is due and safe; null: not known yet. */
  safeAt: Date | null
  /** Why it is not safe now, as a sentence; null: it is. */
  obstacle: string | null
  /** Where the private part of the key is that the step creates or switches to. */
  store: StoreName | null
}

export type KeyInUse = Pick<
  SigningKeyView,
  'kid' | 'state' | 'row' | 'store' | 'usableFrom' | 'superiorFaults'
> & {
  /** The use of a previous key. */
  use?: KeyUse
}

/** Counts the signatures of previous keys, which takes long with many members. */
export function countUse(keys: readonly SigningKeyView[]): Promise<KeyInUse[]> {
  return Promise.all(
    keys.map(async ({ use, ...key }) => (key.state === 'PUBLISHED' ? { ...key, use: await use() } : key)),
  )
}

/**
 * Steps that persons take are found like those of the schedule, so it goes on from any state. `store`: where a new key is
 * created.
 */
export function findSteps(
  keys: readonly KeyInUse[],
  { months, store }: { months: number; store: StoreName },
  now: Date,
): PossibleStep[] {
  const current = keys.find(({ state }) => state === 'CURRENT')
  const announced = keys.find(({ state }) => state === 'ANNOUNCED')
  const earlier = keys.flatMap(({ kid, use }) => (use ? [{ kid, use }] : []))
  return [
    ...(current && earlier.some(({ use }) => use.trustMarks > 0) ? [reissue(current)] : []),
    ...earlier.map((key) => retire(key, now)),
    ...(announced ? [switchTo(announced, current, now)] : []),
    ...(current && !announced ? [{ ...announce(current, months, now), store }] : []),
  ]
}

function announce({ kid, row }: KeyInUse, months: number, now: Date): Omit<PossibleStep, 'store'> {
  const since = row?.signsSince ?? row?.createdAt ?? now // a file without a row was added a moment ago
  const safeAt = addMonths(since, months)
  const age = months === 1 ? '1 month' : `${months} months`
  const obstacle = safeAt > now ? `The current key ${kid} is ${age} old on ${say(safeAt)}.` : null
  return { step: 'ANNOUNCE', kid, safeAt, obstacle }
}

function switchTo(
  { kid, row, store, usableFrom, superiorFaults }: KeyInUse,
  current: KeyInUse | undefined,
  now: Date,
): PossibleStep {
  const obstacles = [
    ...explainStepOut(kid, store, current?.store),
    ...(row?.usableFrom
      ? []
      : [`The announced key ${kid} is not in the published Entity Configuration yet.`]),
    ...superiorFaults,
  ]
  const isKnown = usableFrom !== null && usableFrom <= now
  if (obstacles.length === 0 && !isKnown)
    obstacles.push(
      `Until ${say(usableFrom ?? now)} caches may hold an Entity Configuration without the announced key ${kid}.`,
    )
  return { step: 'SWITCH', kid, safeAt: usableFrom, obstacle: obstacles.join(' ') || null, store }
}

/** A step out of a token is never automatic. */
function explainStepOut(
  kid: string,
  store: StoreName | null,
  present: StoreName | null | undefined,
): string[] {
  if (!store || !present || present === 'files' || present === store) return []
  return [
    `The announced key ${kid} is in ${storePlaces[store]}, and the current key in ${storePlaces[present]}. Only an operator takes the key out of there: switch to it, or revoke it.`,
  ]
}

function reissue({ kid }: KeyInUse): PossibleStep {
  return { step: 'REISSUE', kid, safeAt: null, obstacle: null, store: null }
}

function retire({ kid, use }: { kid: string; use: KeyUse }, now: Date): PossibleStep {
  const published = use.statements + use.trustMarks
  const safeAt = use.neededUntil ?? now
  if (published === 0 && safeAt <= now) return { step: 'RETIRE', kid, safeAt, obstacle: null, store: null }
  const until = say(safeAt)
  const obstacle =
    published > 0
      ? `Published statements or Trust Marks are signed with the previous key ${kid}. The last of them expires on ${until}.`
      : `Until ${until} caches may hold signatures of the previous key ${kid}.`
  return { step: 'RETIRE', kid, safeAt, obstacle, store: null }
}

/** The same day of a later month, or the last day of that month if it is shorter; UTC. */
export function addMonths(time: Date, months: number): Date {
  const later = new Date(time)
  later.setUTCDate(1)
  later.setUTCMonth(later.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(later.getUTCFullYear(), later.getUTCMonth() + 1, 0)).getUTCDate()
  later.setUTCDate(Math.min(time.getUTCDate(), lastDay))
  return later
}
