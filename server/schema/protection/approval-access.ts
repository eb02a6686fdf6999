/** Who reads an approval: its requester, and operators of what it changes. */
import type { Approval, Prisma } from '#prisma/generated/client/client.ts'
import { anchorsOf } from '#server/anchors/access.ts'
import { callerIn, callerMay, inInstallation } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'

type Asker = Pick<Context, 'anchors' | 'caller'>

export function readable(context: Asker): Prisma.ApprovalWhereInput {
  const { caller } = context
  if (!caller) return { OR: [] }
  const operated = anchorsOf(context).filter((anchor) => callerMay(callerIn(caller, anchor), 'operate'))
  return {
    OR: [
      { requestedBy: caller.name },
      { anchor: { in: operated.map(({ slug }) => slug) } },
      ...(callerMay(inInstallation(caller), 'operate') ? [{ anchor: null }] : []),
    ],
  }
}

export function mayRead(context: Asker, { anchor, requestedBy }: Approval): boolean {
  const { caller } = context
  if (!caller || caller.factorStep) return false
  if (caller.name === requestedBy) return true
  if (anchor === null) return callerMay(inInstallation(caller), 'operate')
  return anchorsOf(context).some(
    (each) => each.slug === anchor && callerMay(callerIn(caller, each), 'operate'),
  )
}
