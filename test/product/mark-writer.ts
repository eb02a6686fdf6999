/** Writes continuously, for tests of acknowledged changes. */
import type { AdminClient } from '#server/demo/admin-client.ts'
import { mutate } from './mutation.ts'

export const type = 'https://ta.example/marks/member'

/** Issues marks until stopped, despite failures; `acknowledged` gets the holders of acknowledged marks. */
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
      () => undefined, // refused or interrupted: not acknowledged
    )
  }
}
