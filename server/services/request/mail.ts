/**
 * Tells the people of an organization by e-mail what operators did with its request. A schedule sends
 * operators e-mail about what the organization does (jobs/mail/operators.ts).
 */
import type { Request } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import type { Caller } from '#server/identity/caller.ts'
import { requestLink } from '#server/mail/reader.ts'
import { requestChanged } from '#server/mail/templates/member.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { findPeople } from '#server/services/mail/readers.ts'
import type { RequestKind } from '#server/services/request/input.ts'
import type { Decision } from '#server/services/request/step.ts'

type Context = Pick<ServiceContext, 'mail' | 'slug' | 'entityId'>

export function createRequestMail({ mail, slug, entityId }: Context) {
  const { isOn, consoleUrl } = mail

  return async function tellPeople(
    tx: Transaction,
    caller: Caller,
    { id, entityId: about, kind, organizationId }: Request,
    { action, byMember, text }: Decision,
  ): Promise<void> {
    if (!isOn || byMember || action === 'SUBMITTED' || action === 'WITHDRAWN') return
    if (organizationId === null) return // software reads no e-mail
    const people = await findPeople(tx, organizationId, { consoleUrl, except: caller.name })
    const said = {
      anchor: nameOfAnchor(await readSettings(tx), entityId),
      entityId: about,
      kind: kind as RequestKind, // parsed when written
      step: action,
      text,
      link: requestLink(consoleUrl, slug, id),
    }
    const mails = people.map(({ address, reader }) => ({
      event: 'REQUEST_CHANGED' as const,
      to: address,
      anchor: slug,
      message: requestChanged({ ...said, reader }),
    }))
    await mail.enqueue(tx, mails)
  }
}
