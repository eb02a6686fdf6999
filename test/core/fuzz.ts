/**
 * Fuzzes every parser of core: `node test/core/fuzz.ts --seconds 60`. A parser may throw only FederationError. The
 * first other error is shown with the smallest input that causes it.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { FederationError } from '#core/errors.ts'
import { type Parser, parsers } from './fuzz/parser.ts'

export type Outcome = { name: string; runs: number; accepted: number; fault: string | undefined }

/** Divides the time equally between the parsers. */
export async function* fuzz(options: { seconds: number; seed?: number }): AsyncGenerator<Outcome> {
  const milliseconds = (options.seconds * 1000) / parsers.length
  for (const parser of parsers) yield await fuzzParser(parser, milliseconds, options.seed)
}

async function fuzzParser(parser: Parser, milliseconds: number, seed?: number): Promise<Outcome> {
  let refused = 0
  const property = parser.property((error) => {
    if (!(error instanceof FederationError)) return false
    refused += 1
    return true
  })
  const details = await fc.check(property, {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: milliseconds,
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
  const seed = values.seed === undefined ? {} : { seed: Number(values.seed) }
  for await (const { name, runs, accepted, fault } of fuzz({ seconds: Number(values.seconds), ...seed })) {
    console.info(`${name}: ${runs} inputs, ${accepted} of them accepted`)
    if (fault === undefined) continue
    console.error(fault)
    process.exitCode = 1
  }
}
