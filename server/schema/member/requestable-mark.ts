/** The Trust Marks that an organization can ask for, with what each means and needs. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { builder } from '#server/schema/builder.ts'
import { TrustMarkState, trustMarkStateOf } from '#server/schema/trust-mark/trust-mark.ts'
import { pipelineChecks } from '#server/services/request/pipeline/check-names.ts'
import { checksOf } from '#server/services/request/pipeline/run.ts'

/** A federation has some dozens. */
const MAXIMUM = 200

const include = {
  pipeline: { select: { checks: true, approves: true } },
  trustMarks: { select: { active: true, invalidReason: true, expiresAt: true } },
} satisfies Prisma.TrustMarkTypeInclude

export type RequestableMark = Prisma.TrustMarkTypeGetPayload<{ include: typeof include }>

/** The active types by their identifier, each with the mark that the entity has of it. */
export const readRequestable = (
  db: Pick<Transaction, 'trustMarkType'>,
  entityId: string,
): Promise<RequestableMark[]> =>
  db.trustMarkType.findMany({
    where: { active: true },
    include: { ...include, trustMarks: { ...include.trustMarks, where: { entityId } } },
    orderBy: { type: 'asc' },
    take: MAXIMUM,
  })

export const RequestableMarkRef = builder.objectRef<RequestableMark>('RequestableMark').implement({
  description: 'A Trust Mark that can be asked for.',
  authScopes: { member: true },
  fields: (t) => ({
    trustMarkType: t.expose('type', { type: 'URL', description: 'The identifier of its type.' }),
    description: t.exposeString('description', { nullable: true, description: 'What the type means.' }),
    ref: t.expose('ref', {
      type: 'URL',
      nullable: true,
      description: 'Where more is said about the type (§7.1).',
    }),
    requirements: t.stringList({
      description: 'What is checked at the request, in words.',
      resolve: ({ pipeline }) =>
        (pipeline ? checksOf(pipeline) : []).map(({ check }) => pipelineChecks[check].title),
    }),
    isApprovedAtOnce: t.boolean({
      description: 'Whether it is issued without an operator if every check passes.',
      resolve: ({ pipeline }) => pipeline?.approves ?? false,
    }),
    held: t.field({
      type: TrustMarkState,
      nullable: true,
      description: 'The state of the mark of this type that the entity has; null: it never had one.',
      resolve: ({ trustMarks: [mark] }, _args, { now }) => (mark ? trustMarkStateOf(mark, now()) : null),
    }),
  }),
})
