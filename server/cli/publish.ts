/** `inmor rebuild` and its kin: ask for publication, and wait until it is done. */
import { command, print, withInstallation } from '#server/cli/output.ts'
import { requestPublication, untilPublished } from '#server/cli/publication.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'

function publishCommand(
  name: string,
  description: string,
  action: string,
  items: OutboxItem[],
  done: string,
) {
  return command(name, description).action(async (options) => {
    const text = await withInstallation(async (installation) => {
      await requestPublication(installation, action, items)
      return (await untilPublished(installation)) ? done : 'Queued: it is published when the server starts.'
    })
    print(options, { result: text }, text)
  })
}

export const publishCommands = [
  publishCommand(
    'rebuild',
    'writes everything into Redis anew from the database, and swaps',
    'rebuildPublication',
    [toPublish('everything')],
    'Rebuilt: everything is published.',
  ),
  publishCommand(
    'regenerate-entity',
    'signs and publishes the Entity Configuration anew',
    'regenerateEntityConfiguration',
    [toPublish('entity-configuration'), toPublish('historical-keys')],
    'Published the Entity Configuration.',
  ),
  publishCommand(
    'publish-historical-keys',
    'signs and publishes the historical keys anew',
    'publishHistoricalKeys',
    [toPublish('historical-keys')],
    'Published the historical keys.',
  ),
  publishCommand(
    'readd-subordinates',
    'publishes every active subordinate again from what is registered',
    'readdSubordinates',
    [toPublish('subordinates')],
    'Published every active subordinate.',
  ),
  publishCommand(
    'reload-issued-tms',
    'tells Redis again of every Trust Mark ever issued',
    'reloadIssuedTrustMarks',
    [toPublish('issued-trust-marks')],
    'Reloaded: Redis knows every Trust Mark that was issued.',
  ),
]
