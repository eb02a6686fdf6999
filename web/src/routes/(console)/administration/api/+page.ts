import type { PageLoad } from './$types'

export const load = (() => ({ title: 'API' })) satisfies PageLoad
