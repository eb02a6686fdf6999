/** Finds the addresses of organizations for e-mails about their entities and requests. */
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { accountLink, type Reader } from '#server/mail/reader.ts'

export type Addressee = { address: string; reader: Reader }

type Client = Database | Transaction

/** Those who can sign in and have not turned e-mail off. */
const whoReceives = {
  accounts: { some: {} },
  mail: true,
  OR: [{ banned: false }, { banned: null }],
} satisfies Prisma.UserWhereInput

/** The people of an organization but `except`, which is a username. */
export async function findPeople(
  db: Client,
  organizationId: number,
  { consoleUrl, except = null }: { consoleUrl: URL; except?: string | null },
): Promise<Addressee[]> {
  const rows = await readPeople(db, [organizationId])
  return rows
    .filter(({ user: { username } }) => username === null || username !== except)
    .map((row) => toPerson(row, consoleUrl))
}

/**
 * The technical contacts of each organization, or its people where it has none, by the key of the organization. `anchor` is
 * its name.
 */
export async function findTechnical(
  db: Client,
  organizationIds: readonly number[],
  { consoleUrl, anchor }: { consoleUrl: URL; anchor: string },
): Promise<Map<number, Addressee[]>> {
  const ids = [...new Set(organizationIds)]
  const contacts = await db.organizationContact.findMany({
    where: { organizationId: { in: ids }, role: 'TECHNICAL' },
    select: { organizationId: true, email: true, organization: { select: { name: true } } },
    orderBy: { email: 'asc' },
  })
  const found = new Map<number, Addressee[]>()
  const add = (id: number, addressee: Addressee) => found.set(id, [...(found.get(id) ?? []), addressee])
  for (const { organizationId, email, organization } of contacts)
    add(organizationId, {
      address: email,
      reader: { kind: 'contact', organization: organization.name, anchor },
    })
  const others = await readPeople(
    db,
    ids.filter((id) => !found.has(id)),
  )
  for (const row of others) add(row.organizationId, toPerson(row, consoleUrl))
  return found
}

const readPeople = (db: Client, ids: readonly number[]) =>
  db.organizationUser.findMany({
    where: { organizationId: { in: [...ids] }, user: whoReceives },
    select: {
      organizationId: true,
      organization: { select: { name: true } },
      user: { select: { email: true, username: true } },
    },
    orderBy: { user: { email: 'asc' } },
  })

function toPerson(
  { user, organization }: Awaited<ReturnType<typeof readPeople>>[number],
  consoleUrl: URL,
): Addressee {
  const reader = {
    kind: 'person',
    organization: organization.name,
    accountUrl: accountLink(consoleUrl),
  } as const
  return { address: user.email, reader }
}
