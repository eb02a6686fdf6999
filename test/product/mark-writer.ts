/** Writes without end, for tests of what happens to what was acknowledged. */
import type { AdminClient } from '#server/demo/admin-client.ts'
import { mutate } from './mutation.ts'

export const type = 'https://ta.example/marks/member'

/** Issues marks until it is told to stop, whatever goes wrong; `acknowledged` gets the holders of those that were. */
export async function issueMarks(
  ask: AdminClient,
  name: string,
  acknowledged: string[],
  stop: AbortSignal,
): Promise<void> {
  for (let count = 0; !stop.aborted; count++) {
    const entityId = `https://${name}-${count}.example`
    const issued = mutate(ask, 'issueTrustMark', { trustMarkType: type, entityId }, 'id')
    await issued.then(
      () => acknowledged.push(entityId),
      () => undefined, // refused or cut off: nobody was told that it is done
    )
  }
}
