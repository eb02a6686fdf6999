/** Values of the API as words of the command line: `ISSUE_TRUST_MARK` is `issue-trust-mark`. */
import { InvalidArgumentError, Option } from 'commander'

export const wordOf = (value: string): string => value.toLowerCase().replaceAll('_', '-')

/** The values by their words. */
export const byWord = <Value extends string>(values: readonly Value[]): ReadonlyMap<string, Value> =>
  new Map(values.map((value) => [wordOf(value), value]))

/** An option that takes one of the words. */
export function wordOption<Value extends string>(
  flags: string,
  description: string,
  values: readonly Value[],
): Option {
  const words = byWord(values)
  const choices = [...words.keys()]
  return new Option(flags, description).choices(choices).argParser((word) => {
    const value = words.get(word)
    if (value === undefined) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return value
  })
}
