/** A third party on loopback: it keeps what it fetched until it expires, and verifies all of it with all of it. */
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import type { JwkSet } from '#core/keys.ts'
import { resolveEntity } from '#core/trust-chain/index.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'

type Place = Pick<TestAdmin, 'entityId' | 'get'>

export type ThirdParty = {
  /** Fetches, resolves the entity, and verifies. Returns the number of verifications. */
  visit(): Promise<number>
  close(): Promise<void>
}

/** `superior` is the Trust Anchor, and has the keys of `anchor` in its statement; without it, `anchor` is. */
export function createThirdParty(
  { anchor, superior, leaf }: { anchor: Place; superior?: Place; leaf: string },
  now: () => Date,
): ThirdParty {
  const fetcher = createFetcher({ allowHttp: true })
  /** What has the keys of the anchor, and what it signed. */
  const vouchers = new Set<string>()
  const signed = new Set<string>()
  const top = superior ?? anchor

  async function text({ get }: Place, path: string, parameters = {}): Promise<string> {
    const response = await get(path, parameters)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.text()
  }

  function forget(): void {
    const isOver = (jwt: string) => Number(decodeJwt(jwt).exp) <= now().getTime() / 1000
    for (const jwts of [vouchers, signed]) for (const jwt of jwts) if (isOver(jwt)) jwts.delete(jwt)
  }

  return {
    async visit() {
      const configuration = await text(anchor, '/.well-known/openid-federation')
      vouchers.add(superior ? await text(superior, '/fetch', { sub: anchor.entityId }) : configuration)
      signed.add(configuration)
      signed.add(await text(anchor, '/fetch', { sub: leaf }))
      forget()
      const topConfiguration = await text(top, '/.well-known/openid-federation')
      const { jwks: keys } = decodeJwt<{ jwks: JwkSet }>(topConfiguration)
      const { chain } = await resolveEntity(leaf, {
        source: fetcher,
        trustAnchors: [top.entityId],
        trustAnchorKeys: { [top.entityId]: keys },
        now: Math.floor(now().getTime() / 1000),
        allowHttp: true,
      })
      if (chain.subject !== leaf) throw new Error(`resolved ${chain.subject}`)
      for (const voucher of vouchers) {
        const { jwks } = decodeJwt<{ jwks: JwkSet }>(voucher)
        for (const jwt of signed)
          await jwtVerify(jwt, createLocalJWKSet(jwks), { currentDate: now(), typ: 'entity-statement+jwt' })
      }
      return vouchers.size * signed.size
    },
    close: () => fetcher.close(),
  }
}
