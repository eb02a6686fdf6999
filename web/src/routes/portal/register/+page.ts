import type { PageLoad } from './$types'

export const load = (() => ({ title: 'Register an entity' })) satisfies PageLoad
