/** What the sources of reminders find. */
import type { RunContext } from '#server/jobs/context.ts'
import type { MailEvent } from '#server/mail/event.ts'
import type { Message } from '#server/mail/layout.ts'
import type { Reader } from '#server/mail/reader.ts'

/** About an organization's entity, or about the anchor. */
export type Notice = {
  event: MailEvent
  organizationId: number
  /** What it is about, which makes it unique together with the anchor and the address. */
  key: string
  message(reader: Reader): Message
}

/** Reads the next page after a row; null: there is none. */
export type Page = { notices: Notice[]; last: number } | null
export type Source = (context: RunContext, anchor: string, after: number) => Promise<Page>
