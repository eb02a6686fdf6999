/** Names webhooks in the audit log, whose readers may not see paths: those of some receivers are secret. */
import type { Webhook } from '#prisma/generated/client/client.ts'

export const resourceOf = ({ id, url }: Pick<Webhook, 'id' | 'url'>) => `${new URL(url).origin} (${id})`
