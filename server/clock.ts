/** The time, handed to every part that needs it, so that a test can set it. */
export type Clock = () => Date

/** For the processes and commands, which hand it on. */
export const systemClock: Clock = () => new Date()

/** Seconds since 1970, as in JWTs. */
export function toUnix(time: Date): number {
  return Math.floor(time.getTime() / 1000)
}
