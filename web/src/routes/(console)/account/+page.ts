import { error } from '@sveltejs/kit'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'
import type { PageLoad } from './$types'

const AccountPage = graphql(`
  query AccountPage {
    viewer { email account { ...AccountFields } }
  }
  fragment AccountFields on Account {
    hasPassword twoFactorEnabled recoveryCodesLeft
    passkeys { id name createdAt isBackedUp }
    sessions { id signedInAt signedInBy expiresAt address userAgent isCurrent }
  }
`)

export const load = (async ({ fetch, depends }) => {
  depends(topic.account)
  const { viewer } = await read(fetch, AccountPage, {})
  if (!viewer?.account) error(401, { message: 'Your session has ended.' })
  return { title: 'My account', email: viewer.email, account: viewer.account }
}) satisfies PageLoad
