/** A short run of the fuzzer. `node test/core/fuzz.ts` runs longer. */
import { expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'

it('finds only FederationError in two seconds', { timeout: 30_000 }, async () => {
  for await (const { name, runs, fault } of fuzz({ seconds: 2 })) {
    expect(fault, name).toBeUndefined()
    expect(runs, name).toBeGreaterThan(0)
  }
})
