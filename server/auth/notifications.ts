/** What a person receives e-mail about in an anchor, as the person sees and changes it. */
import type { Database, Transaction } from '#server/database/client.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller, CallerSession } from '#server/identity/caller.ts'
import { mayDo, type Role } from '#server/identity/roles.ts'
import { type NotificationRule, ruleOf } from '#server/services/mail/notification.ts'
import { recordChange } from '#server/services/write.ts'

/** An anchor in which the person has the role. */
export type NotificationPlace = { slug: string; role: Role }
export type OwnRule = NotificationRule & NotificationPlace

const columns = { alerts: true, requests: true, approvals: true } as const

export function createNotifications(db: Database) {
  const read = async (client: Database | Transaction, userId: string, { slug, role }: NotificationPlace) => {
    const where = { userId_anchorSlug: { userId, anchorSlug: slug } }
    return ruleOf(await client.notificationRule.findUnique({ where, select: columns }), role)
  }

  return {
    readNotifications: async (userId: string, place: NotificationPlace): Promise<OwnRule> => ({
      ...place,
      ...(await read(db, userId, place)),
    }),

    /** @throws InvalidInputError */
    async updateNotifications(
      person: Caller & { session: CallerSession },
      place: NotificationPlace,
      change: Partial<NotificationRule>,
    ): Promise<OwnRule> {
      const { slug, role } = place
      const { userId } = person.session
      if (change.approvals && !mayDo(role, 'operate'))
        throw new InvalidInputError(`Your role in ${slug} decides nothing. Leave approvals off.`, 'approvals')
      return recordChange(db, person, async (tx) => {
        const before = await read(tx, userId, place)
        const after = { ...before, ...change }
        const where = { userId_anchorSlug: { userId, anchorSlug: slug } }
        await tx.notificationRule.upsert({
          where,
          create: { userId, anchorSlug: slug, ...after },
          update: after,
        })
        return {
          action: 'updateNotifications',
          resource: person.name,
          before: { anchor: slug, ...before },
          after: { anchor: slug, ...after },
          result: { ...place, ...after },
        }
      })
    },
  }
}
