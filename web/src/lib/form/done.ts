/** How a form ends: it says what is done, and what it changed is read again, here or on the next page. */
import { toast } from 'svelte-sonner'
import { write } from '#lib/graphql/client.ts'
import type { Document } from '#lib/graphql/document.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'
import { reload } from '#lib/reload.ts'
import { goto } from '$app/navigation'

export function stay(sentence: string, ...topics: readonly string[]): Promise<void> {
  toast.success(sentence)
  return reload(...topics)
}

export function leave(sentence: string, href: string, ...topics: string[]): Promise<void> {
  toast.success(sentence)
  return goto(href, { invalidate: topics })
}

/** Sends a mutation and stays; or returns why it was refused. */
export async function act<Data extends Record<string, object>, Variables extends Record<string, unknown>>(
  document: Document<Data, Variables>,
  variables: Variables,
  sentence: string,
  ...topics: readonly string[]
): Promise<Refusal | undefined> {
  const { refusal } = await write(document, variables)
  if (!refusal) await stay(sentence, ...topics)
  return refusal
}
