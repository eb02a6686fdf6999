/** `inmor resolve`: resolves a subordinate from exported files alone, also when its Trust Anchor is gone. */
import { formatTime } from '#core/validity.ts'
import { type OfflineAnswer, resolveOffline } from '#federation/mirror/resolve.ts'
import { command, print } from '#server/cli/output.ts'
import { openPlace, parsePlace, readKeys } from '#server/cli/source.ts'
import { systemClock, toUnix } from '#server/clock.ts'

export const resolveCommand = command('resolve')
  .argument('<sub>', 'the Entity Identifier of the subordinate')
  .requiredOption(
    '--from <folder|url>',
    'the folder of a mirror or an export, or the URL of one that is served',
    parsePlace,
  )
  .option('--jwks <file>', 'trust only these keys of the anchor (default: those in the files)')
  .option('--allow-http', 'allow http and private addresses, for tests, as ALLOW_HTTP does', false)
  .action(async (sub, options) => {
    const files = openPlace(options.from, options)
    try {
      const answer = await resolveOffline(sub, {
        file: files.file,
        pinned: await readKeys(options.jwks),
        now: toUnix(systemClock()),
      })
      print(options, answer, describe(answer))
    } finally {
      await files.close()
    }
  })

function describe({ subject, trustAnchor, signed, ends, metadata, trustMarks }: OfflineAnswer): string {
  const marks = trustMarks.length > 0 ? trustMarks.join(', ') : 'none'
  return [
    `${subject} is a member below ${trustAnchor}, as of ${formatTime(signed)}. This holds until ${formatTime(ends)}.`,
    `Trust Marks: ${marks}`,
    JSON.stringify(metadata, null, 2),
  ].join('\n')
}
