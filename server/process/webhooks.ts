/** Opens what webhooks need of this process: connections of their own, and the anchors that they are about. */
import { createFetcher } from '#fetcher/fetcher.ts'
import type { Installation } from '#server/anchors/anchor.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import type { ServerConfig } from '#server/config/config.ts'
import { createSealer, type Secrets } from '#server/database/sealed-text.ts'
import { createCourier } from '#server/webhook/courier.ts'
import { createSend } from '#server/webhook/send.ts'
import { createWebhooks, MAXIMUM_WEBHOOKS } from '#server/webhook/webhooks.ts'

type Config = Secrets & Pick<ServerConfig, 'allowHttp' | 'adminUrl'>

export function openWebhooks(
  { allowHttp, adminUrl, ...secrets }: Config,
  {
    db,
    log,
    now,
    observe,
    fetchLimits,
  }: Pick<Installation, 'db' | 'log' | 'now' | 'observe' | 'fetchLimits'>,
  anchors: Pick<Anchors, 'find'>,
) {
  // Webhooks with the same host do not wait for each other.
  const fetcher = createFetcher({ allowHttp, limits: { ...fetchLimits, perHost: MAXIMUM_WEBHOOKS } })
  const sealer = createSealer(secrets)
  const send = createSend({ fetcher, sealer, now })
  const findAnchor = (name: string) => anchors.find(name)?.slug
  // An anchor that was removed has no identifier any more.
  const sourceOf = (slug: string) => anchors.find(slug)?.entityId ?? adminUrl
  observe.webhooks(db)
  return {
    webhooks: createWebhooks({ db, sealer, send, adminUrl, now, allowHttp, findAnchor }),
    courier: createCourier({
      ...{ db, send, sourceOf, log, now },
      observe: observe.deliveries,
      random: Math.random,
    }),
    close: fetcher.close,
  }
}
