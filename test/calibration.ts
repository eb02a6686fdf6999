/**
 * Fixed work, whose processor time says how fast this machine is now: the times of a run divided by it compare with those of
 * another machine or hour. It does what the tests do most: it parses, serializes, hashes, signs and verifies.
 */
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'

/** Seconds of processor time that the work takes on the machine to which the budgets of `report.ts` refer. */
export const REFERENCE_SECONDS = 0.7

const ROUNDS = 6000

/** Seconds of processor time of the work on this machine. */
export function calibrate(): number {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const entries = Array.from({ length: 40 }, (_, index) => ({
    id: `https://member-${index}.example.org`,
    index,
  }))
  const before = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Buffer.from(JSON.stringify({ round, entries: entries.toReversed() }))
    const digest = createHash('sha256').update(bytes).digest()
    if (!verify('sha256', digest, publicKey, sign('sha256', digest, privateKey)))
      throw new Error('not verified')
    JSON.parse(bytes.toString())
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
