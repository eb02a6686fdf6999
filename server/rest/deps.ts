/** The dependencies of the REST routes. */
import type { Anchors } from '#server/anchors/anchors.ts'
import type { Accounts } from '#server/auth/accounts.ts'
import type { Doors } from '#server/auth/caller-of.ts'
import type { useZod } from '#server/rest/zod-provider.ts'
import type { Webhooks } from '#server/webhook/webhooks.ts'

export type RestDeps = Doors & { anchors: Anchors; accounts: Accounts; webhooks: Webhooks; version: string }

export type RestApp = ReturnType<typeof useZod>
