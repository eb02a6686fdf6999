/** Finds the alert about objects that are not as the configuration files describe them. */
import { type FileObject, Prisma } from '#prisma/generated/client/client.ts'
import { type AlertSource, plural } from '#server/alerts/alert.ts'
import type { Section } from '#server/as-code/document.ts'
import { kinds } from '#server/as-code/kinds.ts'
import { shownKey } from '#server/as-code/shown-step.ts'
import type { Database } from '#server/database/client.ts'
import { readTogether } from '#server/database/together.ts'

/** Named in the message. */
const EXAMPLES = 3

type Seen = Pick<FileObject, 'key' | 'differs'> & { section: Section; count: number }

export const configurationAlerts: AlertSource<{ db: Database }> = async ({ db }) => {
  // The empty list is the least one, which an index knows.
  const query = Prisma.sql`SELECT "section", "key", "differs", count(*) OVER ()::int AS "count" FROM "FileObject"
    WHERE "differs" > '{}' ORDER BY "section", "key" LIMIT ${EXAMPLES}`
  const rows = await readTogether<Seen>(db, query)
  const size = rows[0]?.count
  if (size === undefined) return []
  const names = rows.map(({ section, key, differs }) => {
    const { noun } = kinds[section]
    return `the ${noun}${key === '' ? '' : ` ${shownKey({ section, key })}`} (${differs.join(', ')})`
  })
  const others = size > names.length ? ` and ${size - names.length} more` : ''
  const verb = size === 1 ? 'is' : 'are'
  const message = `${plural(size, 'object')} ${verb} not as the configuration files describe: ${names.join(', ')}${others}. Plan the files.`
  return [{ code: 'CONFIGURATION_DRIFT', size, message }]
}
