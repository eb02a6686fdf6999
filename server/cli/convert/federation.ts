/** `inmor convert federation`: writes the configuration file of a living anchor, from its public endpoints. */
import { parseEntityId } from '#core/entity-id.ts'
import { printable } from '#server/cli/api/output.ts'
import { conversion, deliver } from '#server/cli/convert/file.ts'
import { follow } from '#server/cli/convert/follow.ts'
import { describeFirstUse } from '#server/cli/first-use.ts'
import { readKeys } from '#server/cli/source.ts'
import { systemClock, toUnix } from '#server/clock.ts'
import { readFederation } from '#server/convert/federation/convert.ts'

export const federationCommand = conversion(
  'federation',
  'write the configuration file of a living anchor, from its public endpoints',
  'the Entity Identifier of the anchor',
)
  .option('--keys <file>', 'trust only these keys of the anchor, a JWK Set (default: those that it has)')
  .action(async (url: string, options) => {
    const entityId = parseEntityId(url, { allowHttp: true })
    // Those of the first conversion count for the further ones.
    let pinned = await readKeys(options.keys)
    await follow(options, async () => {
      const source = await readFederation({
        entityId,
        pinned,
        isPartial: options.partial,
        allowHttp: options.allowHttp,
        now: toUnix(systemClock()),
        signal: new AbortController().signal,
        async onFirstUse(keys) {
          const text = await describeFirstUse({ entityId, keys }, '--keys')
          process.stderr.write(`${printable(text)}\n`)
          pinned = keys
        },
      })
      await deliver(options, source)
    })
  })
