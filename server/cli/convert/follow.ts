/** `--follow`: converts again after some hours, and says what changed at the source. */
import { setTimeout } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import { createNotes } from '#server/cli/output.ts'

const HOUR_MS = 3_600_000
/** Of a month. */
const LONGEST = 720

export type FollowOptions = { follow?: number; output?: string }

export const withFollow = (command: Command): Command =>
  command.option('--follow <hours>', 'convert again after so many hours, until it is ended', parseHours)

/** A source that cannot be read later leaves the files as they are, and is read again after the same time. */
export async function follow(
  { follow: hours, output }: FollowOptions,
  work: () => Promise<void>,
): Promise<void> {
  if (hours === undefined) return work()
  if (output === undefined)
    throw new Failure('--follow needs --output, a folder for the files.', exitCodes.usage)
  const stopped = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stopped.abort())
  const { signal } = stopped
  const notes = createNotes('The files stay as they were')
  await work()
  while (await isAwake(hours * HOUR_MS, signal)) await work().then(notes.succeed, notes.fail)
}

/** False: it is to end. */
const isAwake = (milliseconds: number, signal: AbortSignal) =>
  setTimeout(milliseconds, true, { signal }).catch(() => false)

function parseHours(value: string): number {
  const hours = Number(value)
  if (value.trim() !== '' && hours > 0 && hours <= LONGEST) return hours
  throw new InvalidArgumentError(`Use a number of hours, at most ${LONGEST}.`)
}
