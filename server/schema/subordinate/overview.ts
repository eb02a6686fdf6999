/** What the overview of a subordinate shows: its organization, its contacts, and the next signature. */
import { readSettings } from '#server/database/settings.ts'
import { budgetOf } from '#server/publish/age.ts'
import { builder } from '#server/schema/builder.ts'
import { type Context, perRequest } from '#server/schema/context.ts'
import { resolvable, resolvedMetadata } from '#server/schema/subordinate/subordinate.ts'
import {
  type NextSignature,
  type NotSignedReason,
  nextSignatureColumns,
  nextSignatureOf,
} from '#server/services/subordinate/next-signature.ts'
import { type Organization, organizationOf } from '#server/services/subordinate/organization.ts'

const NotSignedReasonEnum = builder.enumType('NotSignedReason', {
  description: 'Why the clock does not sign a statement again.',
  values: {
    INACTIVE: { description: 'The subordinate is inactive.' },
    NOT_AUTOMATIC: { description: 'Its `autorenew` is off.' },
    HAS_PROBLEM: { description: 'It has a problem. Its statement is signed again when a check passes.' },
    SCHEDULES_OFF: { description: 'The schedules that sign statements are off.' },
  } as const satisfies Record<NotSignedReason, object>,
})

const NextSignatureRef = builder.objectRef<NextSignature>('NextSignature').implement({
  description: 'When a statement is signed again without a change, or why not. A change signs it at once.',
  authScopes: { read: true },
  fields: (t) => ({
    at: t.expose('at', {
      type: 'DateTime',
      nullable: true,
      description:
        'When: after half of its lifetime, or of what that has beyond the outage budget; null: `reason` says why not.',
    }),
    reason: t.expose('reason', { type: NotSignedReasonEnum, nullable: true, description: 'Why not.' }),
  }),
})

const described = { ...resolvable, metadata: true } as const

builder.prismaObjectFields('Subordinate', (t) => ({
  organizationName: t.string({
    nullable: true,
    description:
      'The name of its organization, from its resolved metadata, or declared if it does not resolve.',
    select: described,
    resolve: async (row, _args, context) => (await organization(row, context)).name,
  }),
  contacts: t.stringList({
    description:
      'Its contacts, from its resolved metadata, or declared if it does not resolve; at most 20. They can be any text.',
    select: described,
    resolve: async (row, _args, context) => (await organization(row, context)).contacts,
  }),
  nextSignature: t.field({
    type: NextSignatureRef,
    description: 'When its statement is signed again without a change, or why not.',
    select: nextSignatureColumns,
    resolve: async (row, _args, context) =>
      nextSignatureOf(row, await isScheduled(context), context.now(), await readBudget(context)),
  }),
}))

type Described = Parameters<typeof resolvedMetadata>[0] & { metadata: unknown }

/** For both fields of a row. */
const organizations = new WeakMap<object, Promise<Organization>>()

function organization(row: Described, context: Context): Promise<Organization> {
  const known = organizations.get(row)
  if (known) return known
  const found = resolvedMetadata(row, {}, context).then((resolved) =>
    organizationOf(resolved ?? row.metadata),
  )
  organizations.set(row, found)
  return found
}

const readBudget = perRequest(async ({ db }: Context) => budgetOf(await readSettings(db)))

/** Whether one of the schedules that sign is on; one without a row is. For all subordinates of a request. */
const isScheduled = perRequest(async ({ db }: Context) => {
  const names = ['check-subordinates', 'renew-subordinates']
  const off = await db.schedule.count({ where: { name: { in: names }, enabled: false } })
  return off < names.length
})
