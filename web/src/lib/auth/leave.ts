/** Ends the session and shows the sign-in page. */
import { toast } from 'svelte-sonner'
import { endStorage } from '#lib/graphiql/storage.ts'
import { route } from '#lib/route.ts'
import { signOut } from './sign-in.ts'

export async function signOutAndLeave(): Promise<void> {
  const { problem } = await signOut()
  if (problem) toast.error(`You are still signed in. ${problem}`)
  else {
    endStorage()
    // Loads a new document, so that no data of the session stays in this window.
    location.assign(route.signIn())
  }
}
