import type { PageLoad } from './$types'

export const load = (() => ({ title: 'Dashboard' })) satisfies PageLoad
