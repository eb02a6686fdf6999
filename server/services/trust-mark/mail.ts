/** Tells the organization of an entity by e-mail that a Trust Mark was revoked. */
import type { Transaction } from '#server/database/client.ts'
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import { trustMarkRevoked } from '#server/mail/templates/member.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { findTechnical } from '#server/services/mail/readers.ts'
import type { TrustMarkRow } from '#server/services/trust-mark/rows.ts'

type Context = Pick<ServiceContext, 'mail' | 'slug' | 'entityId'>

export function createRevocationMail({ mail, slug, entityId }: Context) {
  return async function tellRevoked(tx: Transaction, mark: TrustMarkRow): Promise<void> {
    const { subordinateId, revokedAt, trustMarkType } = mark
    if (!mail.isOn || subordinateId === null || revokedAt === null) return
    const holder = await tx.subordinate.findUnique({
      where: { id: subordinateId },
      select: { organizationId: true },
    })
    if (!holder?.organizationId) return
    const anchor = nameOfAnchor(await readSettings(tx), entityId)
    const place = { consoleUrl: mail.consoleUrl, anchor }
    const found = await findTechnical(tx, [holder.organizationId], place)
    const about = { anchor, entityId: mark.entityId, trustMarkType: trustMarkType.type, revokedAt }
    const mails = [...found.values()].flat().map(({ address, reader }) => ({
      event: 'TRUST_MARK_REVOKED' as const,
      to: address,
      anchor: slug,
      message: trustMarkRevoked({ ...about, reader }),
    }))
    await mail.enqueue(tx, mails)
  }
}
