/** Ends the session and shows the way back in. */
import { toast } from 'svelte-sonner'
import { route } from '#lib/route.ts'
import { signOut } from './sign-in.ts'

export async function leave(): Promise<void> {
  const { problem } = await signOut()
  if (problem) toast.error(`You are still signed in. ${problem}`)
  // As a new document: nothing that was read stays in this window, and nothing that is being read leads elsewhere.
  else location.assign(route.signIn())
}
