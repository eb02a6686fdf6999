/** A short run of the fuzzer. `node test/core/fuzz.ts` runs longer. */
import { expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'

/** Of each parser: some two seconds for all. */
const RUNS = 300

it('finds only FederationError', async () => {
  for await (const { name, runs, fault } of fuzz({ numRuns: RUNS })) {
    expect(fault, name).toBeUndefined()
    expect(runs, name).toBe(RUNS)
  }
})
