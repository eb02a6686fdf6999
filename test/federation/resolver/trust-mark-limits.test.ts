/** A resolver limits the Trust Marks of other issuers that it verifies, and says which it left out (§8.3, §18.1). */
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { buildTrustMark, TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { createResolver } from '#federation/resolver/resolver.ts'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { offlineEntity } from '../offline-entity.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const LIMIT = 20
const MAX_ISSUERS = 5

const certified = 'https://issuer.example/marks/certified'
const open = 'https://issuer.example/marks/open'
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `https://${prefix}.example/marks/${n}`)
const ours = numbered('ta', LIMIT + 5)
const theirs = numbered('issuer', LIMIT)

type Entity = Awaited<ReturnType<typeof offlineEntity>>

let count = 0

const ta = trustAnchorInFile()
const issuer = inFile(() => offlineEntity('https://issuer.example'))
beforeAll(async () => {
  await ta.publishConfiguration({
    trust_mark_issuers: {
      ...Object.fromEntries(ours.map((type) => [type, [entityId]])),
      ...Object.fromEntries([...theirs, certified].map((type) => [type, [issuer.id]])),
      [open]: [],
    },
  })
  await ta.publishSubordinate(issuer)
})

const rp = inEach(() => offlineEntity(`https://rp${++count}.example`))

type Change = { by?: string; subject?: string; exp?: number; key?: Entity['key'] }

/** Marks of a type each, of the other issuer unless changed. */
const marks = (types: string[], { by = issuer.id, subject = rp.id, exp, key = issuer.key }: Change = {}) =>
  Promise.all(
    types.map((type) =>
      ta.sign(buildTrustMark({ issuer: by, subject, type, iat: ta.now() - 60, exp }), TRUST_MARK_TYP, key),
    ),
  )

/** The marks in the resolve response, and what the log says. */
async function resolved(carried: string[]): Promise<{ marks: string[]; findings: string[] }> {
  const trustMarks = carried.map((jwt) => ({
    trust_mark_type: String(decodeJwt(jwt).trust_mark_type),
    trust_mark: jwt,
  }))
  await ta.publishSubordinate({ ...rp, configuration: await rp.configure({ trustMarks }) })
  const findings: string[] = []
  const resolver = createResolver({ ...ta.parts, onMarksLeftOut: (finding) => findings.push(finding) })
  const trustAnchors = [entityId]
  const { response } = await resolver.resolve({
    subject: rp.id,
    trustAnchors,
    entityTypes: [],
    audience: undefined,
  })
  const { trust_marks = [] } = decodeJwt<{ trust_marks?: { trust_mark: string }[] }>(response.jwt)
  return { marks: trust_marks.map(({ trust_mark }) => trust_mark), findings }
}

test('includes every mark of the anchor itself, behind those of other issuers', async () => {
  const issued = await Promise.all(ours.map((type) => ta.issueTrustMark({ type, subject: rp.id })))
  const others = await marks(theirs)
  const result = await resolved(others)
  expect(result.marks.toSorted()).toEqual([...issued, ...others].toSorted())
  expect(result.findings).toEqual([])
})

test('includes the marks of the anchor behind more issuers than it looks up', async () => {
  const issued = await ta.issueTrustMark({ type: ours[0] ?? '', subject: rp.id })
  const unknown = await Promise.all(
    Array.from({ length: MAX_ISSUERS }, (_, n) => marks([open], { by: `http://127.0.0.1:1/${n}` })),
  )
  expect((await resolved([...unknown.flat(), issued])).marks).toEqual([issued])
})

test('marks that cannot count take no place', async () => {
  const unrecognized = await marks(numbered('elsewhere', LIMIT))
  const foreign = await marks(theirs, { subject: 'https://else.example' })
  const expired = await marks(theirs, { exp: ta.now() - 1 })
  const forbidden = await marks(ours.slice(0, LIMIT))
  const [good = ''] = await marks([certified])
  const result = await resolved([...unrecognized, ...foreign, ...expired, ...forbidden, good])
  expect(result).toEqual({ marks: [good], findings: [] })
})

test('marks in the name of the anchor that it never issued take no place', async () => {
  const key = await generateSigningKey('ES256')
  const forged = await marks(ours, { by: entityId, key })
  const others = await marks(theirs)
  expect((await resolved([...forged, ...others])).marks).toEqual(others)
})

test('says which marks of other issuers it left out', async () => {
  const others = await marks(theirs)
  const left = await marks([certified])
  const { marks: found, findings } = await resolved([...others, ...left])
  expect(found).toEqual(others)
  expect(findings).toEqual([
    `1 Trust Mark of ${rp.id} from other issuers was not verified, because it has too many. Types: "${certified}".`,
  ])
})

test('says that it looked up no further issuer', async () => {
  const unknown = await Promise.all(
    Array.from({ length: MAX_ISSUERS }, (_, n) => marks([open], { by: `http://127.0.0.1:1/${n}` })),
  )
  const [good = ''] = await marks([certified])
  const few = await resolved([...unknown.slice(1).flat(), good])
  expect(few).toEqual({ marks: [good], findings: [] })
  const many = await resolved([...unknown.flat(), good])
  expect(many.marks).toEqual([])
  expect(many.findings).toEqual([expect.stringContaining(certified)])
})
