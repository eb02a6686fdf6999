/** The dependencies of the REST routes. */
import type { Doors } from '#server/auth/caller-of.ts'
import type { useZod } from '#server/rest/zod-provider.ts'
import type { ServiceDeps } from '#server/services/context.ts'
import type { Services } from '#server/services/index.ts'

export type RestDeps = Pick<ServiceDeps, 'db' | 'publishing'> &
  Doors & { services: Services; version: string }

export type RestApp = ReturnType<typeof useZod>
