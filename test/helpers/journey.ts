/** One test with steps, where each step continues the one before: after a failure there is nothing to continue. */
import { test } from 'vitest'

/** A step may take as long as a test. */
const STEP_TIMEOUT = 120_000

type Step = (name: string, work: () => unknown) => void

/** `list` names the steps in their order. The first step that fails ends the test, with its name in the message. */
export function journey(name: string, list: (step: Step) => void): void {
  const steps: { name: string; work: () => unknown }[] = []
  list((name, work) => void steps.push({ name, work }))
  test(name, { timeout: steps.length * STEP_TIMEOUT }, async () => {
    for (const { name, work } of steps) {
      try {
        await work()
      } catch (error) {
        if (error instanceof Error) error.message = `${name}: ${error.message}`
        throw error
      }
    }
  })
}
