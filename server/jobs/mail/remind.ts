/** Queues e-mails about the present state of an anchor. Keys keep each of them from being sent twice. */
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { sendDigest } from '#server/jobs/mail/operators.ts'
import {
  type Notice,
  remindOfConfigurations,
  remindOfMarks,
  type Source,
  tellOfKeys,
  tellOfProblems,
} from '#server/jobs/mail/reminders.ts'
import { plural } from '#server/mail/layout.ts'
import { findTechnical } from '#server/services/mail/readers.ts'

const sources: readonly Source[] = [remindOfConfigurations, tellOfProblems, remindOfMarks, tellOfKeys]

/** Returns the result as a sentence. Ends early when the signal aborts; the next call continues. */
export async function remind(context: RunContext, signal: AbortSignal): Promise<string> {
  if (!context.mail.isOn) return 'E-mail is off.'
  const anchor = nameOfAnchor(await readSettings(context.db), context.entityId)
  let queued = 0
  for (const source of sources) {
    for (let after = 0; !signal.aborted; ) {
      const page = await source(context, anchor, after)
      if (!page) break
      queued += await send(context, anchor, page.notices)
      after = page.last
    }
  }
  if (!signal.aborted) queued += await sendDigest(context, anchor)
  return queued === 0 ? 'Nothing to send.' : `${plural(queued, 'e-mail')} queued.`
}

async function send({ db, slug, mail }: RunContext, anchor: string, notices: readonly Notice[]) {
  if (notices.length === 0) return 0
  const ids = notices.map(({ organizationId }) => organizationId)
  const readers = await findTechnical(db, ids, { consoleUrl: mail.consoleUrl, anchor })
  const mails = notices.flatMap(({ event, organizationId, key, message }) =>
    (readers.get(organizationId) ?? []).map(({ address, reader }) => ({
      event,
      to: address,
      anchor: slug,
      message: message(reader),
      dedupeKey: `${slug}:${event}:${key}:${address}`,
    })),
  )
  return mail.enqueue(db, mails)
}
