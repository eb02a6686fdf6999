/** Reads the user's own account, for its page in the console and in the portal. */
import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'

const AccountPage = graphql(`
  query AccountPage {
    viewer { email account { ...AccountFields } }
  }
  fragment AccountFields on Account {
    hasPassword twoFactorEnabled recoveryCodesLeft mail
    passkeys { id name createdAt isBackedUp counts countsFrom confirmedBy { username } }
    sessions { id signedInAt signedInBy expiresAt address userAgent isCurrent }
  }
`)

export async function readAccount(fetch: typeof globalThis.fetch) {
  const { viewer } = await read(fetch, AccountPage, {})
  if (!viewer?.account) error(401, { message: 'Your session has ended.' })
  return { title: 'My account', email: viewer.email, account: viewer.account }
}
