/** Describes the e-mails of the last 30 days as a list, with its filters. */
import type { MailFilter } from '#lib/gql/graphql.ts'
import { choice, rowsOf, text } from '#lib/list/filter.ts'
import type { List } from '#lib/list/list.ts'
import { mailStates } from './mail.ts'

export const mailList: List<MailFilter, 'state' | 'to'> = {
  things: ['e-mail', 'e-mails'],
  filters: {
    state: choice(
      'State',
      'All states',
      rowsOf(mailStates, (state): MailFilter => ({ state })),
    ),
    to: text('Recipient', 'The whole address', (recipient): MailFilter => ({ recipient })),
  },
}
