/** Finds alerts about announced mirrors: those that stand still or are away, and those that have what was not signed. */
import { type Mirror, Prisma } from '#prisma/generated/client/client.ts'
import type { AlertSource, FoundAlert } from '#server/alerts/alert.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'
import { isProven } from '#server/services/mirror/state.ts'

/** Milliseconds; a short absence repairs itself. */
const ABSENCE_MS = 15 * 60_000

type Seen = Pick<Mirror, 'url' | 'state' | 'since' | 'problem'>

export const mirrorAlerts: AlertSource<{ db: Database; now: Clock }> = async ({ db, now }) => {
  const query = Prisma.sql`SELECT "url", "state", "since", "problem" FROM "Mirror" WHERE "state" <> 'CURRENT' ORDER BY "id"`
  const mirrors = await readTogether<Seen>(db, query, ['since'])
  const lasting = new Date(now().getTime() - ABSENCE_MS)
  return mirrors.flatMap(({ url, state, since, problem }): FoundAlert[] => {
    if (state === 'UNREACHABLE' && since > lasting) return []
    const code = isProven({ state }) ? 'MIRROR_DIFFERS' : 'MIRROR_BEHIND'
    return [{ code, about: url, since, message: `The mirror ${url}: ${problem}` }]
  })
}
