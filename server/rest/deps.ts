/** The dependencies of the REST routes. */
import type { Anchors } from '#server/anchors/anchors.ts'
import type { Doors } from '#server/auth/caller-of.ts'
import type { useZod } from '#server/rest/zod-provider.ts'

export type RestDeps = Doors & { anchors: Anchors; version: string }

export type RestApp = ReturnType<typeof useZod>
