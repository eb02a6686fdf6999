/** The fetch endpoint of Subordinate Statements (§8.1). */
import { expect, it } from 'vitest'
import { collectTrustChains } from '#core/trust-chain/index.ts'
import { line, type Plan, planned } from '../fixture/federation.ts'
import { id, NOW } from '../fixture/statement.ts'

it("is taken from the Superior's own metadata, not from statements about it (§8.1)", {
  tags: '8.1/location',
}, async () => {
  const metadata = { federation_entity: { federation_fetch_endpoint: 'https://elsewhere.example/fetch' } }
  const misled: Plan = line({
    anchor: { about: { upper: { metadata } } },
    upper: { about: { lower: { metadata } } },
  })
  const { source, requests } = planned(misled)
  const { chains } = await collectTrustChains(id('leaf'), { trustAnchors: [id('anchor')], source, now: NOW })
  expect(chains).toHaveLength(1)
  expect(requests.filter((url) => url.includes('/fetch')).sort()).toEqual([
    `${id('anchor')}/fetch?sub=${id('upper')}`,
    `${id('lower')}/fetch?sub=${id('leaf')}`,
    `${id('upper')}/fetch?sub=${id('lower')}`,
  ])
})
