/** `inmor rebuild` and the other publication commands: queue, wait, and report each item if there are several. */
import { type AnchorOptions, aboutAnchor, withAnchor } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { requestPublication, waitUntilPublished } from '#server/cli/publication.ts'
import {
  issuedTrustMarks,
  outcomesOf,
  readdedSubordinates,
  type Several,
} from '#server/cli/published-things.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'

type Order = {
  /** The action in the audit log. */
  action: AuditAction
  items: OutboxItem[]
  done: string
  /** The items to report line by line; absent for a single one. */
  several?: Several
}

const QUEUED = 'Queued. The server publishes it when it starts.'

function publishCommand(name: string, description: string, { action, items, done, several }: Order) {
  return aboutAnchor(command(name, description)).action(async (options: AnchorOptions) => {
    const { text, outcomes } = await withAnchor(
      options,
      async (anchor) => {
        await requestPublication(anchor, action, items)
        if (!(await waitUntilPublished(anchor))) return { text: QUEUED, outcomes: [] }
        return { text: done, outcomes: several ? await outcomesOf(anchor, several) : [] }
      },
      { action },
    )
    const lines = outcomes.map(({ resource, ok, message }) => {
      return `${several?.verb} ${resource} ... ${ok ? 'OK' : `FAILED: ${message}`}`
    })
    print(options, { result: text, ...(several ? { items: outcomes } : {}) }, [...lines, text].join('\n'))
    if (outcomes.some(({ ok }) => !ok)) process.exitCode = 1
  })
}

export const publishCommands = [
  publishCommand('rebuild', 'republish everything from the database', {
    action: 'rebuildPublication',
    items: [toPublish('everything')],
    done: 'Rebuilt: everything is published.',
  }),
  publishCommand('regenerate-entity', 're-sign and publish the Entity Configuration', {
    action: 'regenerateEntityConfiguration',
    items: [toPublish('entity-configuration'), toPublish('historical-keys')],
    done: 'Published the Entity Configuration.',
  }),
  publishCommand('publish-historical-keys', 're-sign and publish the historical keys', {
    action: 'publishHistoricalKeys',
    items: [toPublish('historical-keys')],
    done: 'Published the historical keys.',
  }),
  publishCommand('readd-subordinates', 'republish every active subordinate', {
    action: 'readdSubordinates',
    items: [toPublish('subordinates')],
    done: 'Published every active subordinate.',
    several: readdedSubordinates,
  }),
  publishCommand('reload-issued-tms', 'republish the status of every issued Trust Mark', {
    action: 'reloadIssuedTrustMarks',
    items: [toPublish('issued-trust-marks')],
    done: 'Reloaded every issued Trust Mark.',
    several: issuedTrustMarks,
  }),
]
