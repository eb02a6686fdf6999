/** Who may read an e-mail when it is sent: rights can end while it waits for the SMTP server. */
import type { Mail, Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { administrators, whoMay } from '#server/identity/operators.ts'

const conditions = {
  /** Those who may see the anchor. */
  READ: (slug: string) => whoMay(slug, 'read'),
  /** Those who may operate in the anchor. */
  OPERATE: (slug: string) => whoMay(slug, 'operate'),
  /** The administrators of the installation. */
  ADMINISTRATORS: () => administrators,
} as const satisfies Record<string, (slug: string) => Prisma.UserWhereInput>

export type Audience = keyof typeof conditions

const isAudience = (name: string): name is Audience => Object.hasOwn(conditions, name)

/** Whether its recipient still belongs to its audience; true without one. */
export async function mayStillRead(
  db: Database,
  { audience, anchor, recipient }: Pick<Mail, 'audience' | 'anchor' | 'recipient'>,
): Promise<boolean> {
  if (audience === null || anchor === null || !isAudience(audience)) return true
  const where = { AND: [{ email: recipient }, conditions[audience](anchor)] }
  return (await db.user.count({ where })) > 0
}
