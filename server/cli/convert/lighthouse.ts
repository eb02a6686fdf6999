/** `inmor convert lighthouse`: writes the configuration file of an anchor of lighthouse, over its admin API. */
import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import { conversion, deliver } from '#server/cli/convert/file.ts'
import { follow } from '#server/cli/convert/follow.ts'
import type { Credentials } from '#server/convert/lighthouse/admin-api.ts'
import { readLighthouse } from '#server/convert/lighthouse/convert.ts'

export const lighthouseCommand = conversion(
  'lighthouse',
  'write the configuration file of an anchor of lighthouse, over its admin API',
  'the URL of the server, or of its admin API',
)
  .option('--user <name>', 'a user of the admin API (default: none)')
  .option('--password-file <file>', 'file with the password of the user')
  .action((url: string, options) =>
    follow(options, async () => {
      const source = await readLighthouse({
        url,
        credentials: await readCredentials(options),
        isPartial: options.partial,
        allowHttp: options.allowHttp,
        signal: new AbortController().signal,
      })
      await deliver(options, source)
    }),
  )

/** Null: none. @throws ConfigurationError */
async function readCredentials(options: {
  user?: string
  passwordFile?: string
}): Promise<Credentials | null> {
  const { user, passwordFile: file } = options
  if (user === undefined && file === undefined) return null
  if (user === undefined || file === undefined)
    throw new ConfigurationError('Set both --user and --password-file.')
  try {
    return { user, password: (await readFile(file, 'utf8')).trimEnd() }
  } catch {
    throw new ConfigurationError(`${file} cannot be read. --password-file needs a file with the password.`)
  }
}
