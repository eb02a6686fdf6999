/** How the actor of an audit entry authenticated, in words. */
import type { CallerMethod } from '#lib/gql/graphql.ts'

export const methods: Readonly<Record<CallerMethod, string>> = {
  SESSION: 'in the console',
  API_KEY: 'with an API key',
  SINGLE_SIGN_ON: 'with single sign-on',
  CLI: 'on the command line',
  JOB: 'by schedule',
}
