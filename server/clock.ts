/** The clock, passed to every part that needs the time, so that tests can set it. */
export type Clock = () => Date

/** For processes and commands, which pass it on. */
export const systemClock: Clock = () => new Date()

/** Seconds since 1970, as in JWTs. */
export function toUnix(time: Date): number {
  return Math.floor(time.getTime() / 1000)
}
