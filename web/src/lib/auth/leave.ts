/** Ends the session and shows the way back in. */
import { route } from '#lib/route.ts'
import { topic } from '#lib/topic.ts'
import { goto } from '$app/navigation'
import { signOut } from './sign-in.ts'

export async function leave(): Promise<void> {
  await signOut()
  await goto(route.signIn(), { invalidate: [topic.viewer] })
}
