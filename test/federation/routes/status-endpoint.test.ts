/** The status endpoint of a Trust Mark issuer (§8.4). */
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const type = 'https://issuer.example/marks/certified'

const ta = trustAnchorInFile()
const issuer = inFile(() => startEntity({ authorityHints: [entityId] }))
beforeAll(() => ta.publishConfiguration({ trust_mark_issuers: { [type]: [issuer.id] } }))

test("is taken from the issuer's own metadata, not from its Superior (§8.4)", {
  tags: '8.4/location',
}, async () => {
  const statusEndpoint = (path: string) => ({
    federation_entity: { federation_trust_mark_status_endpoint: issuer.id + path },
  })
  issuer.options.metadata = statusEndpoint('/trust_mark_status')
  const { id, keys } = issuer
  await ta.publishSubordinate({ id, keys, statement: { metadata: statusEndpoint('/elsewhere') } })

  const rp = await offlineEntity('https://rp.example')
  const claims = buildTrustMark({ issuer: issuer.id, subject: rp.id, type, iat: ta.now() - 60 })
  const mark = { trust_mark_type: type, trust_mark: await ta.sign(claims, TRUST_MARK_TYP, issuer.key) }
  await ta.publishSubordinate({ ...rp, configuration: await rp.configure({ trustMarks: [mark] }) })
  const answer = await ta.get('/resolve', { sub: rp.id, trust_anchor: entityId })
  expect(decodeJwt(answer.body).trust_marks).toEqual([mark])
  expect(issuer.requests).toContain('/trust_mark_status')
  expect(issuer.requests).not.toContain('/elsewhere')
})
