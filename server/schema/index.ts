/** Loads all types and builds the GraphQL schema. */

import { recordRefusals } from '#server/schema/audit/refusal-record.ts'
import { builder } from '#server/schema/builder.ts'
import { describeGenerated } from '#server/schema/generated-descriptions.ts'
import '#server/schema/scalars.ts'
import '#server/schema/access/viewer.ts'
import '#server/schema/error.ts'
import '#server/schema/access/sign-in-options.ts'
import '#server/schema/access/account.ts'
import '#server/schema/access/account-mutations.ts'
import '#server/schema/trust-anchor/trust-anchor.ts'
import '#server/schema/trust-anchor/trust-anchor-mutations.ts'
import '#server/schema/trust-anchor/policy-preview.ts'
import '#server/schema/signing-key/signing-key.ts'
import '#server/schema/signing-key/historical-key.ts'
import '#server/schema/signing-key/signing-key-mutations.ts'
import '#server/schema/status/server-status.ts'
import '#server/schema/status/changed.ts'
import '#server/schema/subordinate/subordinate.ts'
import '#server/schema/subordinate/subordinate-list.ts'
import '#server/schema/subordinate/subordinate-mutations.ts'
import '#server/schema/subordinate/statement-preview.ts'
import '#server/schema/entity/collection-entity.ts'
import '#server/schema/entity/entity-inspection.ts'
import '#server/schema/entity/entity-resolution.ts'
import '#server/schema/trust-mark/trust-mark-type.ts'
import '#server/schema/trust-mark/trust-mark-type-list.ts'
import '#server/schema/trust-mark/trust-mark.ts'
import '#server/schema/trust-mark/trust-mark-list.ts'
import '#server/schema/trust-mark/trust-mark-mutations.ts'
import '#server/schema/subordinate/subordinate-change.ts'
import '#server/schema/subordinate/subordinate-changed.ts'
import '#server/schema/audit/audit-event.ts'
import '#server/schema/audit/restoration.ts'
import '#server/schema/audit/audit-event-recorded.ts'
import '#server/schema/run/renewal-run.ts'
import '#server/schema/run/renewal-run-list.ts'
import '#server/schema/run/renewal-run-mutations.ts'
import '#server/schema/run/renewal-progress.ts'
import '#server/schema/subordinate/subordinate-import.ts'
import '#server/schema/run/schedule.ts'
import '#server/schema/access/user.ts'
import '#server/schema/access/user-list.ts'
import '#server/schema/access/api-key.ts'
import '#server/schema/access/api-key-list.ts'

builder.queryType({ description: 'All queries.' })
builder.mutationType({
  description: 'All mutations. Expected failures are part of the result; see Error.',
})
builder.subscriptionType({ description: 'All subscriptions, over server-sent events.' })

export const schema = recordRefusals(describeGenerated(builder.toSchema()))
