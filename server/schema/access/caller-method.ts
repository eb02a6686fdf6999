/** How callers authenticate. */
import type { CallerMethod } from '#server/identity/caller.ts'
import { builder } from '#server/schema/builder.ts'
import { enumValues } from '#server/schema/enum-name.ts'

export const CallerMethodEnum = builder.enumType('CallerMethod', {
  description: 'How a caller authenticated.',
  values: enumValues<CallerMethod>({
    session: 'With a session of the console.',
    api_key: 'With an API key.',
    single_sign_on: 'With single sign-on.',
    cli: 'As a user of the server, with a command.',
    job: 'Not at all: a job of the server.',
  }),
})
