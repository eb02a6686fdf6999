/** `inmor rebuild` and its kin: ask for publication, wait until it is done, and tell of each thing if there are several. */
import { command, print, withInstallation } from '#server/cli/output.ts'
import { requestPublication, untilPublished } from '#server/cli/publication.ts'
import {
  issuedTrustMarks,
  outcomesOf,
  readdedSubordinates,
  type Several,
} from '#server/cli/published-things.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'

type Order = {
  /** As the audit log names it. */
  action: AuditAction
  items: OutboxItem[]
  done: string
  /** Told line by line; absent where it is one thing. */
  several?: Several
}

const QUEUED = 'Queued: it is published when the server starts.'

function publishCommand(name: string, description: string, { action, items, done, several }: Order) {
  return command(name, description).action(async (options: { json?: boolean }) => {
    const { text, outcomes } = await withInstallation(
      async (installation) => {
        await requestPublication(installation, action, items)
        if (!(await untilPublished(installation))) return { text: QUEUED, outcomes: [] }
        return { text: done, outcomes: several ? await outcomesOf(installation, several) : [] }
      },
      { attempt: { action } },
    )
    const lines = outcomes.map(({ resource, ok, message }) => {
      return `${several?.verb} ${resource} ... ${ok ? 'OK' : `FAILED: ${message}`}`
    })
    print(options, { result: text, ...(several ? { items: outcomes } : {}) }, [...lines, text].join('\n'))
    if (outcomes.some(({ ok }) => !ok)) process.exitCode = 1
  })
}

export const publishCommands = [
  publishCommand('rebuild', 'writes everything into Redis anew from the database, and swaps', {
    action: 'rebuildPublication',
    items: [toPublish('everything')],
    done: 'Rebuilt: everything is published.',
  }),
  publishCommand('regenerate-entity', 'signs and publishes the Entity Configuration anew', {
    action: 'regenerateEntityConfiguration',
    items: [toPublish('entity-configuration'), toPublish('historical-keys')],
    done: 'Published the Entity Configuration.',
  }),
  publishCommand('publish-historical-keys', 'signs and publishes the historical keys anew', {
    action: 'publishHistoricalKeys',
    items: [toPublish('historical-keys')],
    done: 'Published the historical keys.',
  }),
  publishCommand('readd-subordinates', 'publishes every active subordinate again from what is registered', {
    action: 'readdSubordinates',
    items: [toPublish('subordinates')],
    done: 'Published every active subordinate.',
    several: readdedSubordinates,
  }),
  publishCommand('reload-issued-tms', 'tells Redis again of every Trust Mark ever issued', {
    action: 'reloadIssuedTrustMarks',
    items: [toPublish('issued-trust-marks')],
    done: 'Reloaded: Redis knows every Trust Mark that was issued.',
    several: issuedTrustMarks,
  }),
]
