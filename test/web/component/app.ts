/** Replaces SvelteKit's modules `$app/navigation` and `$app/state`, which need a running console. */
import { vi } from 'vitest'

export const invalidate = vi.fn(async (_topic: string) => {})
export const goto = vi.fn(async (_address: string) => {})
export const refreshAll = vi.fn(async () => {})
export const page = { url: new URL('http://localhost/somewhere?tab=keys') }
export const navigating = { to: null }
