/** Reads the arguments of the programs of the federation server. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

/** Wrong arguments. */
export class UsageError extends Error {}

/** As `parseArgs` of Node. @throws UsageError */
export function parseCommandLine<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new UsageError((error as Error).message) // parseArgs throws errors only
  }
}
