/** The e-mails of the last 30 days: those that wait, were sent or failed. Their texts are not shown. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { mailEvents, mailStates } from '#server/mail/outbox.ts'
import { builder } from '#server/schema/builder.ts'
import { newestFirst, readPage } from '#server/schema/page.ts'

const valuesOf = <Name extends string>(descriptions: Readonly<Record<Name, string>>) =>
  Object.fromEntries(
    Object.entries<string>(descriptions).map(([name, description]) => [name, { description }]),
  ) as Record<Name, { description: string }> // of the same names

const MailEventEnum = builder.enumType('MailEvent', {
  description: 'What an e-mail is about.',
  values: valuesOf(mailEvents),
})

const MailStateEnum = builder.enumType('MailState', {
  description: 'Where an e-mail is.',
  values: valuesOf(mailStates),
})

export const MailRef = builder.prismaNode('Mail', {
  nullable: true,
  id: { field: 'id' },
  select: { id: true },
  description:
    'An e-mail of the last 30 days. Its text is encrypted while it waits, and deleted once it is sent.',
  authScopes: { administerInstallation: true },
  fields: (t) => ({
    recipient: t.exposeString('recipient', { description: 'The address.' }),
    event: t.field({
      type: MailEventEnum,
      nullable: true,
      description: 'What it is about; null: an event of another version.',
      select: { event: true },
      resolve: ({ event }) => (isKeyOf(mailEvents, event) ? event : null),
    }),
    anchorSlug: t.exposeString('anchor', { nullable: true }),
    state: t.field({
      type: MailStateEnum,
      description: 'Where it is.',
      select: { state: true },
      resolve: ({ state }) => (isKeyOf(mailStates, state) ? state : 'FAILED'),
    }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    lastError: t.exposeString('lastError', { nullable: true }),
    canBeRetried: t.boolean({
      description: 'Whether `retryMail` applies: it failed, and its text is kept.',
      select: { state: true, body: true },
      resolve: ({ state, body }) => state === 'FAILED' && body !== null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the change asked for it.' }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried next; null: it is not tried again.',
      select: { state: true, nextAt: true },
      resolve: ({ state, nextAt }) => (state === 'WAITING' ? nextAt : null),
    }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
  }),
})

const isKeyOf = <Name extends string>(table: Readonly<Record<Name, string>>, name: string): name is Name =>
  Object.hasOwn(table, name)

const MailFilter = builder.inputType('MailFilter', {
  description: 'Conditions, combined with AND; absent ones are ignored.',
  fields: (t) => ({
    state: t.field({ type: MailStateEnum, description: 'Where it is.' }),
    recipient: t.string({ description: 'The whole address.' }),
  }),
})

type Filter = typeof MailFilter.$inferInput

builder.queryField('mails', (t) =>
  t.prismaConnection(
    {
      type: 'Mail',
      cursor: 'id',
      description: 'The e-mails of the last 30 days, the newest first, at most 100 per page.',
      authScopes: { administer: true },
      extensions: { ofInstallation: true },
      args: { filter: t.arg({ type: MailFilter, description: 'The filter.' }) },
      totalCount: (_root, { filter }, { db }) => db.mail.count({ where: where(filter) }),
      resolve: (query, _root, { filter }, { db }) => {
        return readPage(
          query,
          newestFirst,
          (where) => db.mail.findUnique({ where, select: { id: true } }),
          ({ conditions, ...range }) =>
            db.mail.findMany({ ...range, where: { AND: [where(filter), conditions] } }),
        )
      },
    },
    { name: 'MailConnection' },
    { name: 'MailEdge' },
  ),
)

function where(filter: Filter | null | undefined): Prisma.MailWhereInput {
  const { state, recipient } = filter ?? {}
  return { ...(state ? { state } : {}), ...(recipient?.trim() ? { recipient: recipient.trim() } : {}) }
}
