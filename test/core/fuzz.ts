/**
 * Fuzzes every parser of core: `node test/core/fuzz.ts --seconds 60`. A parser may throw only FederationError. The
 * first other error is shown with the smallest input that causes it.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { FederationError } from '#core/errors.ts'
import { type Parser, parsers } from './fuzz/parser.ts'

export type Outcome = { name: string; runs: number; accepted: number; fault: string | undefined }

/** For each parser. */
type Amount = { numRuns: number; interruptAfterTimeLimit?: number }

export async function* fuzz(amount: Amount, seed?: number): AsyncGenerator<Outcome> {
  for (const parser of parsers) yield await fuzzParser(parser, amount, seed)
}

async function fuzzParser(parser: Parser, amount: Amount, seed?: number): Promise<Outcome> {
  let refused = 0
  const property = parser.property((error) => {
    if (!(error instanceof FederationError)) return false
    refused += 1
    return true
  })
  const details = await fc.check(property, {
    ...amount,
    includeErrorInReport: true,
    ...(seed === undefined ? {} : { seed }),
  })
  const fault = details.failed ? fc.defaultReportMessage(details) : undefined
  return { name: parser.name, runs: details.numRuns, accepted: details.numRuns - refused, fault }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  })
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  const interruptAfterTimeLimit = (Number(values.seconds) * 1000) / parsers.length
  const amount = { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit }
  for await (const { name, runs, accepted, fault } of fuzz(amount, seed)) {
    console.info(`${name}: ${runs} inputs, ${accepted} of them accepted`)
    if (fault === undefined) continue
    console.error(fault)
    process.exitCode = 1
  }
}
