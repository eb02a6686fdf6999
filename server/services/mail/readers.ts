/** Finds the addresses of an organization for e-mails about its entities and requests. */
import type { Database, Transaction } from '#server/database/client.ts'
import { accountLink } from '#server/mail/link.ts'
import type { Reader } from '#server/mail/reader.ts'

export type Addressee = { address: string; reader: Reader }

/** Those who can sign in and have not turned e-mail off. `except` is a username. */
export async function findPeople(
  db: Database | Transaction,
  { id, name: organization }: { id: number; name: string },
  { consoleUrl, except = null }: { consoleUrl: URL; except?: string | null },
): Promise<Addressee[]> {
  const users = await db.user.findMany({
    where: {
      organizations: { some: { organizationId: id } },
      accounts: { some: {} },
      mail: true,
      OR: [{ banned: false }, { banned: null }],
    },
    select: { email: true, username: true },
    orderBy: { email: 'asc' },
  })
  const accountUrl = accountLink(consoleUrl)
  return users
    .filter(({ username }) => username === null || username !== except)
    .map(({ email }) => ({ address: email, reader: { kind: 'person', organization, accountUrl } }))
}
