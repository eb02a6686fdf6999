/** The options of `inmor webhook create` and `update`, one for each field. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { asGiven, collect } from '#server/cli/parse.ts'
import { publishedActions } from '#server/services/audit/published.ts'
import type { WebhookInput } from '#server/webhook/fields.ts'

/** The fields by the names of their options. */
export type FieldOptions = { url?: string; description?: string; event?: string[]; webhookAnchor?: string[] }

/** Gives a command the options of all fields but the URL. */
export function withFields(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .addOption(
      new Option(
        '--event <event>',
        'an event that it shall receive, such as registerSubordinate; give it again for another one (default: all)',
      ).argParser(collect(parseEvent)),
    )
    .addOption(
      new Option(
        '--webhook-anchor <name>',
        'an anchor whose events it shall receive; give it again for another one (default: all)',
      ).argParser(collect(asGiven)),
    )
}

function parseEvent(event: string): string {
  if (publishedActions.some((action) => action === event)) return event
  throw new InvalidArgumentError(`There is no such event. Use one of: ${publishedActions.join(', ')}.`)
}

/** Each option, and its field. */
export const fieldOf = {
  url: 'url',
  description: 'description',
  event: 'events',
  webhookAnchor: 'anchors',
} as const satisfies Record<keyof FieldOptions, keyof WebhookInput>

export const resettable = ['description', 'event', 'webhook-anchor']
