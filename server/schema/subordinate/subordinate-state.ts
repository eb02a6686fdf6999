/** The state of a subordinate, its problem and its recent checks. */
import { builder } from '#server/schema/builder.ts'
import { entityChecks } from '#server/services/entity/checks.ts'
import type { Problem } from '#server/services/subordinate/problem.ts'
import type { RecentCheck } from '#server/services/subordinate/recent-check.ts'

export const SubordinateState = builder.enumType('SubordinateState', {
  description: 'The state of a subordinate.',
  values: {
    ACTIVE: { description: 'Published, and its last check succeeded.' },
    INACTIVE: { description: 'Deactivated: no endpoint serves it.' },
    DOES_NOT_RESOLVE: {
      description: 'Published, but a third party would refuse it; `problem` names the rule at fault.',
    },
    UNREACHABLE: {
      description: 'Published, but its Entity Configuration could not be fetched at the last check.',
    },
    FAILING: {
      description:
        'It resolves, but cannot be renewed, for example without a required Trust Mark; the present statement is served until it expires.',
    },
    EXPIRED: { description: 'Its statement has expired: it does not resolve.' },
  } as const,
})

/** The checks of a registration that can fail later, and the reasons that are no check. */
const problemCodes = [
  ...Object.entries(entityChecks)
    .filter(([name]) => name !== 'NOT_REGISTERED')
    .map(
      ([name, { title, section }]) => [name, `Not so: ${title}${section ? ` (§${section})` : ''}.`] as const,
    ),
  ['STATEMENT_EXPIRED', 'Our statement about it has expired.'],
  ['RENEWAL', 'A failed renewal that an earlier version recorded.'],
] as const

export const ProblemCode = builder.enumType('SubordinateProblemCode', {
  description:
    'What is wrong with a subordinate: a check of its registration that fails now, or another reason.',
  values: Object.fromEntries(
    problemCodes.map(([name, description]) => [name, { value: name as string, description }]),
  ),
})

export const SubordinateProblem = builder.objectRef<Problem>('SubordinateProblem').implement({
  description: 'What is wrong with a subordinate.',
  authScopes: { read: true, member: true },
  fields: (t) => ({
    code: t.expose('code', { type: ProblemCode, description: 'The rule at fault.' }),
    message: t.exposeString('message', { description: 'The reason, and what to do.' }),
    section: t.exposeString('section', {
      nullable: true,
      description: 'The section of OpenID Federation 1.0 with the rule.',
    }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when it is so.' }),
  }),
})

export const SubordinateCheck = builder.objectRef<RecentCheck>('SubordinateCheck').implement({
  description: 'A check of a subordinate by the clock.',
  authScopes: { read: true, member: true },
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When it began.', resolve: ({ at }) => new Date(at) }),
    ok: t.exposeBoolean('ok', { description: 'Whether the subordinate passed it.' }),
    milliseconds: t.exposeInt('milliseconds', { description: 'Its duration in milliseconds.' }),
    message: t.exposeString('message', { description: 'What it found.' }),
  }),
})
