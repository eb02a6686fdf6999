/** Converts requests of organizations to their REST form, and reads them with what the form shows of other tables. */
import { z } from 'zod'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { type Range, slice } from '#server/rest/page.ts'
import { adviceOf, type EntityCheck } from '#server/services/entity/checks.ts'
import { readChecks } from '#server/services/request/check.ts'
import { requestKinds, requestStates, stepActions } from '#server/services/request/input.ts'

export const kind = z.enum(requestKinds).describe('What it is for.')
export const state = z.enum(requestStates).describe('Its state.')
export const entityid = z.string().describe('The entity that it is about.')
const object = z.record(z.string(), z.unknown())

const Check = z.object({
  name: z.string().describe('The check.'),
  status: z.enum(['PASSED', 'FAILED', 'WARNING', 'SKIPPED']).describe('The result.'),
  title: z.string().describe('The title of the check.'),
  message: z.string().describe('The finding.'),
  advice: z
    .string()
    .nullable()
    .describe('What to do about a failure or a warning, where the message does not say.'),
  section: z.string().nullable().describe('The section of OpenID Federation 1.0 that requires it.'),
  terms: z.string().nullable().describe('The text that the organization must accept.'),
})

const Step = z.object({
  action: z.enum(stepActions).describe('What was done.'),
  by_member: z.boolean().describe('Whether someone of the organization did it, rather than an operator.'),
  actor: z.string().describe('The username.'),
  text: z.string().nullable().describe('The comment or reason.'),
  at: z.iso.datetime(),
})

/** In lists. */
export const Item = z.object({
  id: z.int(),
  kind,
  state,
  entityid,
  organization_id: z
    .int()
    .nullable()
    .describe('The organization; null: software asked, for an entity of no organization.'),
  organization_name: z.string().nullable(),
  trust_mark_type: z.string().nullable().describe('The type of the Trust Mark; null for other requests.'),
  submitted_by: z.string().describe('The username of who submitted it.'),
  submitted_at: z.iso.datetime(),
  decided_at: z.iso
    .datetime()
    .nullable()
    .describe('When it was decided or withdrawn; null while it is open.'),
  updated_at: z.iso.datetime(),
  version: z.int().describe('The number of changes. Send it with a decision to detect a concurrent change.'),
})

export const Output = Item.extend({
  changes: object.describe('What shall be recorded: `jwks`, `metadata`, both or neither.'),
  declared: object
    .nullable()
    .describe('The `jwks` and `metadata` that the Entity Configuration declared; null: it was not fetched.'),
  checks: z.array(Check).describe('The checks as run at submission.'),
  approval_checks: z
    .array(Check)
    .nullable()
    .describe('The checks as run when an operator approved it, or tried to; null: none did.'),
  steps: z.array(Step).describe('Who did what, the oldest first.'),
})

const organization = { select: { name: true } } as const
const relations = { organization, steps: { orderBy: { id: 'asc' } } } as const satisfies Prisma.RequestInclude

type ItemRow = Prisma.RequestGetPayload<{ include: { organization: typeof organization } }>
type Row = Prisma.RequestGetPayload<{ include: typeof relations }>

/** The oldest first. */
export function listRequests(
  db: Database,
  where: Prisma.RequestWhereInput,
  range: Range,
): Promise<ItemRow[]> {
  const orderBy = [{ submittedAt: 'asc' as const }, { id: 'asc' as const }]
  return db.request.findMany({ where, include: { organization }, orderBy, ...slice(range) })
}

/** @throws NotFoundError */
export async function readRequest(db: Database, id: number): Promise<Row> {
  const row = await db.request.findUnique({ where: { id }, include: relations })
  if (!row) throw new NotFoundError('There is no such request.', 'id')
  return row
}

export function toItem(row: ItemRow): z.input<typeof Item> {
  return {
    id: row.id,
    kind: kind.parse(row.kind),
    state: state.parse(row.state),
    entityid: row.entityId,
    organization_id: row.organizationId,
    organization_name: row.organization?.name ?? null,
    trust_mark_type: row.trustMarkType,
    submitted_by: row.submittedBy,
    submitted_at: row.submittedAt.toISOString(),
    decided_at: row.decidedAt?.toISOString() ?? null,
    updated_at: row.updatedAt.toISOString(),
    version: row.version,
  }
}

export function toBody(row: Row): z.input<typeof Output> {
  return {
    ...toItem(row),
    changes: object.parse(row.changes),
    declared: object.nullable().parse(row.declared),
    checks: readChecks(row.checks).map(toCheck),
    approval_checks: row.approvalChecks === null ? null : readChecks(row.approvalChecks).map(toCheck),
    steps: row.steps.map(({ action, byMember, actor, text, at }) => ({
      action: Step.shape.action.parse(action),
      by_member: byMember,
      actor,
      text,
      at: at.toISOString(),
    })),
  }
}

function toCheck(check: EntityCheck<string>): z.input<typeof Check> {
  const { name, status, title, message, section, terms = null } = check
  return { name, status, title, message, advice: adviceOf(check), section, terms }
}
