/** Opens what webhooks need of a process: connections of their own, and the anchors that they are about. */
import { createFetcher } from '#fetcher/fetcher.ts'
import type { Installation } from '#server/anchors/anchor.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import type { ServerConfig } from '#server/config/config.ts'
import { createSealer, type Secrets } from '#server/database/sealed-text.ts'
import { createCourier } from '#server/webhook/courier.ts'
import { createSend } from '#server/webhook/send.ts'
import { createWebhooks, MAXIMUM_WEBHOOKS } from '#server/webhook/webhooks.ts'

type Config = Secrets & Pick<ServerConfig, 'allowHttp' | 'adminUrl' | 'entityId'>

/** The webhooks as mutations and commands manage them, and the courier that delivers events. */
export function openWebhooks(
  { entityId, ...config }: Config,
  installation: Pick<Installation, 'db' | 'log' | 'now' | 'observe' | 'fetchLimits'>,
  anchors: Pick<Anchors, 'find'>,
) {
  const { db, log, now, observe, fetchLimits } = installation
  const { allowHttp, adminUrl, ...secrets } = config
  // Webhooks with the same host do not wait for each other.
  const fetcher = createFetcher({ allowHttp, limits: { ...fetchLimits, perHost: MAXIMUM_WEBHOOKS } })
  const sealer = createSealer(secrets)
  const send = createSend({ fetcher, sealer, now })
  const findAnchor = (name: string) => anchors.find(name)?.slug
  async function readSources() {
    const rows = await db.anchor.findMany({ select: { slug: true, entityId: true } })
    const sources = new Map(rows.map((row) => [row.slug, row.entityId ?? entityId]))
    return (slug: string) => sources.get(slug) ?? adminUrl // of an anchor that was removed
  }
  return {
    webhooks: createWebhooks({ db, sealer, send, adminUrl, now, allowHttp, findAnchor }),
    close: fetcher.close,
    courier: createCourier({
      ...{ db, send, readSources, log, now },
      observe: observe.deliveries,
      random: Math.random,
    }),
  }
}
