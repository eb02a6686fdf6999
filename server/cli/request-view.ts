/** A request as commands print it. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import { lineOf } from '#server/cli/output.ts'
import { wordOf } from '#server/cli/word.ts'
import { adviceOf, type EntityCheck } from '#server/services/entity/checks.ts'
import { readChecks } from '#server/services/request/check.ts'

/** What to read. */
export const requestView = {
  include: {
    organization: { select: { id: true, name: true } },
    steps: {
      select: { action: true, byMember: true, actor: true, text: true, at: true },
      orderBy: { id: 'asc' as const },
    },
  },
} satisfies Prisma.RequestDefaultArgs

type Row = Prisma.RequestGetPayload<typeof requestView>

/** Everything about a request, as lines. */
export function describeRequest(row: Row): string {
  const { id, kind, state, entityId, organization, trustMarkType, changes, version } = row
  return [
    `Request ${id}: ${wordOf(kind)} ${entityId}`,
    `State: ${wordOf(state)}`,
    `Organization: ${organization ? `${organization.name} (${organization.id})` : 'none, software sent it'}`,
    ...(trustMarkType ? [`Trust Mark type: ${trustMarkType}`] : []),
    `Submitted: ${row.submittedAt.toISOString()} by ${row.submittedBy}`,
    `Version: ${version}`,
    ...section('Changes', changesOf(changes)),
    ...section('Checks at the submission', readChecks(row.checks).map(describeCheck)),
    ...section('Checks at the approval', readChecks(row.approvalChecks ?? []).map(describeCheck)),
    ...section('Steps', row.steps.flatMap(describeStep)),
  ].join('\n')
}

const INDENT = '  '

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => INDENT + line)]

function changesOf(changes: Prisma.JsonValue): string[] {
  const text = JSON.stringify(changes, null, 2)
  return text === '{}' ? [] : text.split('\n')
}

/** With the advice where something is wrong. */
function describeCheck(check: EntityCheck<string>): string {
  const { name, status, title, message } = check
  const advice = adviceOf(check)
  return lineOf(status, name, `${title}: ${message}${advice ? ` ${advice}` : ''}`)
}

function describeStep({ action, byMember, actor, text, at }: Row['steps'][number]): string[] {
  const side = byMember ? 'organization' : 'operators'
  const lines = text?.split('\n') ?? []
  return [lineOf(at, wordOf(action), `${actor} (${side})`), ...lines.map((line) => INDENT + line)]
}
