/** Describes a cron expression in words if it is a common one; otherwise returns it unchanged. */

const patterns: readonly [RegExp, (...numbers: number[]) => string][] = [
  [/^\* \* \* \* \*$/, () => 'every minute'],
  [/^\*\/(\d+) \* \* \* \*$/, (minutes) => `every ${minutes} minutes`],
  [/^(\d+) \* \* \* \*$/, (minute) => (minute === 0 ? 'every hour' : `every hour, ${minute} minutes past`)],
  [/^(\d+) \*\/(\d+) \* \* \*$/, (_minute, hours) => `every ${hours} hours`],
  [/^(\d+) (\d+) \* \* \*$/, (minute, hour) => `every day at ${two(hour)}:${two(minute)} UTC`],
]

const two = (value = 0) => String(value).padStart(2, '0')

export function cronInWords(line: string): string {
  for (const [pattern, words] of patterns) {
    const match = pattern.exec(line)
    if (match) return words(...match.slice(1).map(Number))
  }
  return `by ${line}, UTC`
}
