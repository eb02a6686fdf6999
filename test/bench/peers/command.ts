/** `npm run bench -- --peers DIR`: prints the comparison, and ends every process that it started, also on a signal. */
import { comparePeers, type Effort } from './compare.ts'
import { DescriptionError } from './description.ts'
import { formatComparison } from './table.ts'

/** Returns the exit code. */
export async function runPeers(
  directory: string,
  effort: Effort,
  say: (text: string) => void,
): Promise<number> {
  const opened = new AsyncDisposableStack()
  const { promise: interrupted, resolve } = Promise.withResolvers<undefined>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => resolve(undefined))
  const work = comparePeers(directory, effort, { opened, say })
  try {
    const comparison = await Promise.race([work, interrupted])
    if (comparison) say(`\n${formatComparison(comparison)}`)
    return comparison ? 0 : 1
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  } finally {
    await opened.disposeAsync()
    await Promise.allSettled([work])
  }
}
