/** What people say about an approval. The requester’s reason is a part of what the approver signs. */
import { z } from 'zod'
import type { Approval, Prisma } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { ConflictError, InvalidInputError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { contentOf, hashOfContent, requireUnchanged } from '#server/services/protection/content.ts'
import { parseReason } from '#server/services/reason.ts'
import { recordChange } from '#server/services/write.ts'

const MAXIMUM = 100

const comments = z.array(z.object({ at: z.iso.datetime(), by: z.string(), text: z.string() }))
export type ChangeComment = z.infer<typeof comments>[number]

export const commentsOf = (row: { comments: Prisma.JsonValue }): ChangeComment[] =>
  comments.safeParse(row.comments).data ?? []

/**
 * The first words of the requester, where none came with the change, are its reason, which comments do not keep out.
 * @throws InvalidInputError, ConflictError
 */
export async function addComment(
  { db, now }: { db: Database; now: Clock },
  caller: Caller,
  row: Approval,
  { given, isAsker }: { given: string; isAsker: boolean },
): Promise<void> {
  const text = parseReason(given)
  if (!text) throw new InvalidInputError('Write something.', 'text')
  await recordChange(db, caller, async (tx) => {
    const present = await readAgain(tx, row.id)
    requireUnchanged(present)
    const before = commentsOf(present)
    const isReason = isAsker && present.reason === null && present.state === 'OPEN'
    const isFull = before.length >= MAXIMUM
    if (isFull && !isReason)
      throw new ConflictError(`It has ${MAXIMUM} comments. No more are possible.`, 'id')
    const all = isFull ? before : [...before, { at: now().toISOString(), by: caller.name, text }]
    const reason = isReason
      ? { reason: text, hash: hashOfContent(contentOf({ ...present, reason: text })) }
      : {}
    await tx.approval.update({ where: { id: row.id }, data: { comments: all, ...reason } })
    return { action: 'commentApproval', resource: String(row.id), after: { text }, result: undefined }
  })
}

/** Another comment waits until this one has committed. */
async function readAgain(tx: Transaction, id: number): Promise<Approval> {
  await tx.$queryRaw`SELECT 1 FROM "Approval" WHERE "id" = ${id} FOR UPDATE`
  return tx.approval.findUniqueOrThrow({ where: { id } })
}
