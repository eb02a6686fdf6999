/** Executes a command of the palette. */
import { toast } from 'svelte-sonner'
import { signOutAndLeave } from '#lib/auth/leave.ts'
import { startWalk } from '#lib/collection/walk.ts'
import { route } from '#lib/route.ts'
import { theme } from '#lib/theme.svelte.ts'
import { topic } from '#lib/topic.ts'
import { goto } from '$app/navigation'
import type { Command } from './command.ts'

export async function runCommand({ href, effect }: Command): Promise<void> {
  if (href !== undefined) return goto(href)
  if (effect.kind === 'theme') return theme.choose(effect.theme)
  if (effect.kind === 'sign out') return signOutAndLeave()
  if (effect.kind === 'anchor') return location.assign(effect.address)
  const { refusal } = await startWalk()
  if (refusal) toast.error(refusal.message)
  await goto(route.collection(), { invalidate: [topic.runs] })
}
