/** The GraphQL schema: loads the nouns and builds it. */
import { builder } from '#server/schema/builder.ts'
import { describeGenerated } from '#server/schema/generated-descriptions.ts'
import { recordRefusals } from '#server/schema/refusal-record.ts'
import '#server/schema/scalars.ts'
import '#server/schema/viewer.ts'
import '#server/schema/error.ts'
import '#server/schema/sign-in-options.ts'
import '#server/schema/account.ts'
import '#server/schema/account-mutations.ts'
import '#server/schema/trust-anchor.ts'
import '#server/schema/trust-anchor-mutations.ts'
import '#server/schema/policy-preview.ts'
import '#server/schema/signing-key.ts'
import '#server/schema/historical-key.ts'
import '#server/schema/signing-key-mutations.ts'
import '#server/schema/server-status.ts'
import '#server/schema/subordinate.ts'
import '#server/schema/subordinate-list.ts'
import '#server/schema/subordinate-mutations.ts'
import '#server/schema/statement-preview.ts'
import '#server/schema/collection-entity.ts'
import '#server/schema/entity-inspection.ts'
import '#server/schema/entity-resolution.ts'
import '#server/schema/trust-mark-type.ts'
import '#server/schema/trust-mark.ts'
import '#server/schema/trust-mark-mutations.ts'
import '#server/schema/subordinate-changed.ts'
import '#server/schema/audit-event.ts'
import '#server/schema/audit-event-recorded.ts'
import '#server/schema/renewal-run.ts'
import '#server/schema/renewal-run-mutations.ts'
import '#server/schema/renewal-progress.ts'
import '#server/schema/subordinate-import.ts'
import '#server/schema/schedule.ts'
import '#server/schema/user.ts'
import '#server/schema/api-key.ts'

builder.queryType({ description: 'Everything that can be read.' })
builder.mutationType({
  description: 'Everything that can be done. Expected failures are part of the result; see Error.',
})
builder.subscriptionType({ description: 'What happens, as it happens, over server-sent events.' })

export const schema = recordRefusals(describeGenerated(builder.toSchema()))
