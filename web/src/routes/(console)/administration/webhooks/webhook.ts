/** The mutations of webhooks. */
import { mutation } from '#lib/graphql/mutation.ts'

export const CreateWebhook = mutation(`CreateWebhook { secret webhook { id url description } }`)
export const UpdateWebhook = mutation(`UpdateWebhook { secret webhook { id previousSecretUntil } }`)
export const RemoveWebhook = mutation(`RemoveWebhook { ids }`)
export const ReplayWebhook = mutation(`ReplayWebhook { webhook { id } }`)
export const TestWebhook = mutation(`TestWebhook { delivery { state statusCode lastError } }`)
