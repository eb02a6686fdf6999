import { requireRight } from '#lib/auth/require-right.ts'
import { read } from '#lib/graphql/client.ts'
import { listVariables } from '#lib/list/list.ts'
import { mailList } from '#lib/mail/list.ts'
import { topic } from '#lib/topic.ts'
import { MessagesPage } from './mail.ts'

export const load = async (event) => {
  const { fetch, depends, url } = event
  depends(topic.mails)
  await requireRight(event, 'mayManage', 'Only administrators of the installation can see the e-mails.')
  const variables = listVariables(url.searchParams, mailList)
  const { mails, viewer: reader } = await read(fetch, MessagesPage, variables)
  // A user without an address cannot see whether e-mail is on.
  const isKnownOn = typeof reader?.account?.mail === 'boolean'
  return { title: 'E-mail', mails, isKnownOn, variables }
}
