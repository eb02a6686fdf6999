/** `inmor webhook`: receivers of events. */
import { Command, Option } from 'commander'
import { commandAboutNumber } from '#server/cli/about-one.ts'
import { changesOf, fieldsOf, resetOption, versionOption } from '#server/cli/fields.ts'
import { type Attempt, withInstallation } from '#server/cli/opened.ts'
import { command, listText, print } from '#server/cli/output.ts'
import { parseNumber, parseTime, parseUrl } from '#server/cli/parse.ts'
import { type FieldOptions, fieldOf, resettable, withFields } from '#server/cli/webhook-fields.ts'
import { deliveryLine, describeWebhook, webhookLine } from '#server/cli/webhook-view.ts'
import { wordOption } from '#server/cli/word.ts'
import type { Installation } from '#server/process/installation.ts'
import { findAnchor, listAnchors } from '#server/process/open-anchor.ts'
import { openWebhookService } from '#server/process/webhooks.ts'
import { type DeliveryState, deliveryStates } from '#server/webhook/state.ts'
import type { Webhooks } from '#server/webhook/webhooks.ts'

type Json = { json?: boolean }

/** How many deliveries are shown without `--limit`. */
const DELIVERIES = 50

function withWebhooks<T>(
  work: (webhooks: Webhooks, installation: Installation) => Promise<T>,
  attempt?: Attempt,
): Promise<T> {
  return withInstallation(
    async (installation) => {
      const { config, db, now } = installation
      const anchors = await listAnchors(installation)
      const slugOf = (name: string) => findAnchor(anchors, name)?.slug
      const { webhooks, close } = openWebhookService(config, { db, now, findAnchor: slugOf })
      return work(webhooks, installation).finally(close)
    },
    attempt ? { attempt } : {},
  )
}

const list = command('list', 'list the webhooks with their state').action(async (options: Json) => {
  const shown = (await withWebhooks((webhooks) => webhooks.list())).map(describeWebhook)
  print(options, shown, listText(shown.map(webhookLine), 'webhook'))
})

const secretLine = (secret: string | null) => (secret ? `\nSecret: ${secret}` : '')
const shownSecret = (secret: string | null) => (secret ? { secret } : {})

const create = withFields(command('create', 'create a webhook, and print its secret once'))
  .addOption(
    new Option('--url <url>', 'where events are sent: an https URL of a public address')
      .argParser(parseUrl)
      .makeOptionMandatory(),
  )
  .action(async (options: Json & FieldOptions & { url: string }) => {
    const { webhook, secret } = await withWebhooks(
      (webhooks, { caller }) => webhooks.create(caller, { ...fieldsOf(options, fieldOf), url: options.url }),
      { action: 'createWebhook' },
    )
    const text = `Created webhook ${webhook.id} for ${webhook.url}.${secretLine(secret)}`
    print(options, { ...describeWebhook(webhook), ...shownSecret(secret) }, text)
  })

type UpdateOptions = Json &
  FieldOptions & { reset?: string[]; rotateSecret?: true; on?: true; off?: true; ifVersion?: number }

/** Options that are no fields of their own. */
const further = { active: 'active', rotateSecret: 'rotateSecret' } as const

const update = withFields(commandAboutNumber('update', 'change a webhook; a new secret is printed once'))
  .addOption(new Option('--url <url>', 'where events are sent').argParser(parseUrl))
  .addOption(resetOption(resettable))
  .option('--rotate-secret', 'create a new secret; for 24 hours, both sign each event')
  .option('--on', 'send events to it, and try one that fails at once')
  .addOption(new Option('--off', 'send no events to it; they wait').conflicts('on'))
  .addOption(versionOption())
  .action(async (id: number, options: UpdateOptions) => {
    const { on, off, ifVersion: version } = options
    const active = on || off ? { active: on === true } : {}
    const changes = changesOf({ ...options, ...active }, { ...fieldOf, ...further })
    const { webhook, secret } = await withWebhooks(
      (webhooks, { caller }) => webhooks.update(caller, { ...changes, id, version }),
      { action: 'updateWebhook', input: { id: String(id) } },
    )
    const text = `Changed webhook ${id}. It has version ${webhook.version}.${secretLine(secret)}`
    print(options, { ...describeWebhook(webhook), ...shownSecret(secret) }, text)
  })

const remove = commandAboutNumber('remove', 'remove a webhook with its deliveries').action(
  async (id: number, options: Json) => {
    const url = await withWebhooks((webhooks, { caller }) => webhooks.remove(caller, id), {
      action: 'removeWebhook',
      input: { id: String(id) },
    })
    print(options, { id, url }, `Removed webhook ${id} for ${url}.`)
  },
)

const replay = commandAboutNumber('replay', 'send a webhook everything since a time once more')
  .requiredOption(
    '--from <time>',
    'the time of the first event; older ones that wait are not sent',
    parseTime,
  )
  .action(async (id: number, { from, ...options }: Json & { from: Date }) => {
    const webhook = await withWebhooks((webhooks, { caller }) => webhooks.replay(caller, id, from), {
      action: 'replayWebhook',
      input: { id: String(id) },
    })
    const text = `The server sends webhook ${id} everything since ${from.toISOString()}.`
    print(options, describeWebhook(webhook), text)
  })

const test = commandAboutNumber('test', 'send an event about nothing to a webhook, at once').action(
  async (id: number, options: Json) => {
    const delivery = await withWebhooks((webhooks, { caller }) => webhooks.test(caller, id), {
      action: 'testWebhook',
      input: { id: String(id) },
    })
    print(options, delivery, deliveryLine(delivery))
    if (delivery.state !== 'DELIVERED') process.exitCode = 1
  },
)

type DeliveryOptions = Json & { state?: DeliveryState; limit: number }

const deliveries = commandAboutNumber('deliveries', 'list what was sent to a webhook, the newest first')
  .addOption(wordOption('--state <state>', 'only those in this state', deliveryStates))
  .option('--limit <number>', 'at most so many', parseNumber, DELIVERIES)
  .action(async (id: number, { state, limit, ...options }: DeliveryOptions) => {
    const found = await withWebhooks(async (webhooks, { db }) => {
      await webhooks.find(id)
      const where = { webhookId: id, ...(state ? { state } : {}) }
      return db.delivery.findMany({ where, orderBy: { id: 'desc' }, take: limit })
    })
    const lines = found.map(deliveryLine)
    print(options, found, [...lines, `${lines.length} deliveries.`].join('\n'))
  })

export const webhookCommand = new Command('webhook').description('manage webhooks, which receive events')
for (const each of [list, create, update, remove, replay, test, deliveries]) webhookCommand.addCommand(each)
