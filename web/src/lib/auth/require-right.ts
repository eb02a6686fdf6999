/** Refuses a page to a user without the right for it. */
import { error, type LoadEvent } from '@sveltejs/kit'
import { topic } from '#lib/topic.ts'

type Right = 'mayOperate' | 'mayAdminister' | 'mayManage'

type Event = Pick<LoadEvent, 'depends' | 'untrack'> & {
  parent: () => Promise<{ viewer: Readonly<Record<Right, boolean>> }>
}

/**
 * The right is asked again when the user is read again. The page does not depend on the layout, which is read again every few
 * seconds for the status. @throws 403 with `refusal`
 */
export async function requireRight({ depends, untrack, parent }: Event, right: Right, refusal: string) {
  depends(topic.viewer)
  const { viewer } = await untrack(parent)
  if (!viewer[right]) error(403, { message: refusal })
}
