/** Finds the whole hours for which an anchor signs, from how long its JWTs are valid. */
import { hourSettings } from '#core/defaults.ts'
import { countDistinct } from '#server/convert/sorted.ts'
import { validityOf } from '#server/publish/spread.ts'

const HOUR = 3600

/** `life` in seconds; null: something else than the setting ends it. */
export type Lived = { sub: string; life: number | null }

export type Hours = {
  /** The most frequent hours; null: no life is known. */
  usual: number | null
  /** Those of one JWT; null: they are not known. */
  hoursOf(lived: Lived): number | null
}

/** Our anchors end what they sign up to a tenth earlier, by the subject. The same seconds for most are not spread. */
export function findHours(all: readonly Lived[]): Hours {
  const lives = all.flatMap(({ life }) => (life === null ? [] : [{ value: life }]))
  const [most] = countDistinct(lives)
  const isSpread = !most || most.count < 2 || most.count * 2 <= lives.length
  const hoursOf = ({ sub, life }: Lived) => {
    if (life === null) return null
    return isSpread ? validityOf(sub, life) : toHours(life)
  }
  const hours = all.flatMap((each) => ({ value: hoursOf(each) }))
  const known = hours.flatMap(({ value }) => (value === null ? [] : [{ value }]))
  return { usual: countDistinct(known)[0]?.value ?? null, hoursOf }
}

/** At least one, and at most what a setting takes. */
export function toHours(life: number): number {
  const { minimum, maximum } = hourSettings.statementHours
  return Math.min(maximum, Math.max(minimum, Math.round(life / HOUR)))
}
