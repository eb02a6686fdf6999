/** Tests pinned Trust Anchors: their keys follow announced changes, and no other change is ever accepted. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { generateSigningKey, type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { PINNED_KEY_GRACE } from '#core/pinned-keys.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { anchor as anchorWith } from '#test/helpers/federation.ts'
import { inEach, inFile, standIn } from '#test/helpers/in-file.ts'
import { startScheduledAnchor } from './scheduled-anchor.ts'

const DAY = 86_400

let next: Jwk

const anchor = inFile(() => startScheduledAnchor('follow-anchors'))
const admin = standIn(() => anchor.admin)
const foreign = inEach(startEntity)
beforeEach(async () => {
  onTestFinished(() => foreign.close())
  next = await generateSigningKey('ES256')
  await pin({ [foreign.id]: foreign.keys })
})
afterEach(async () => {
  anchor.clock.ahead = 0
  await admin.server.db.pinnedAnchor.deleteMany()
})

async function pin(trustAnchors: object) {
  const { message } = await anchor.set({ trustAnchors })
  expect(message).toBeUndefined()
}

const follow = () => anchor.run()
const kidsOf = (set: JwkSet | undefined) => set?.keys.map(({ kid }) => kid)

/** As stored and as published. */
async function pinnedKids(): Promise<string[] | undefined> {
  const { data } = await admin.execute('{ trustAnchor { trustAnchors } }')
  const stored = kidsOf(data.trustAnchor.trustAnchors[foreign.id])
  const text = await admin.redis.client.hget('inmor:trust_anchors', foreign.id)
  expect(kidsOf(JSON.parse(text ?? '{}'))).toEqual(stored)
  return stored
}

async function view() {
  const { data } = await admin.execute(
    '{ trustAnchor { pinnedAnchors { entityId checkedAt followedAt lastError endingKeys { kid endsAt } } } }',
  )
  return data.trustAnchor.pinnedAnchors[0]
}

async function alerts() {
  return (await anchor.alerts()).filter(({ code }) => code.startsWith('PINNED_ANCHOR'))
}

const changes = () => anchor.changes()

it('changes nothing while the keys are those that are pinned', async () => {
  expect(await view()).toMatchObject({ followedAt: null, checkedAt: null })
  expect(await follow()).toBe('Followed the keys of 1 pinned Trust Anchor.')
  expect(await pinnedKids()).toEqual([foreign.key.kid])
  expect(await view()).toMatchObject({
    entityId: foreign.id,
    followedAt: expect.any(String),
    lastError: null,
    endingKeys: [],
  })
  expect(await changes()).toEqual([])
})

it('says that nothing is pinned', async () => {
  await follow()
  await pin({})
  expect(await follow()).toBe('No keys of other Trust Anchors are pinned.')
  expect(await admin.server.db.pinnedAnchor.count()).toBe(0)
})

it('follows an announced rollover to its end', async () => {
  const old = foreign.key
  foreign.keys.keys.push(toPublicJwk(next))
  await follow()
  expect(await pinnedKids()).toEqual([old.kid, next.kid])
  expect(await changes()).toHaveLength(1)
  foreign.key = next
  foreign.keys.keys.shift()
  await follow()
  expect(await pinnedKids()).toEqual([old.kid, next.kid])
  expect((await view()).endingKeys).toMatchObject([{ kid: old.kid }])
  anchor.clock.ahead = PINNED_KEY_GRACE - DAY
  foreign.options.configuration = { exp: Math.floor(Date.now() / 1000) + 100 * DAY }
  await follow()
  expect(await pinnedKids()).toEqual([old.kid, next.kid])
  anchor.clock.ahead = PINNED_KEY_GRACE + 60
  await follow()
  expect(await pinnedKids()).toEqual([next.kid])
  expect((await view()).endingKeys).toEqual([])
  expect(await changes()).toHaveLength(2)
  expect(await alerts()).toEqual([])
})

it('resolves an entity of the anchor with a key that was pinned automatically', async () => {
  const { top, leaf, close } = await anchorWith().leaf().start()
  onTestFinished(close)
  await pin({ [top.id]: { keys: [...top.keys.keys] } })
  top.keys.keys.push(toPublicJwk(next))
  await follow()
  top.key = next
  top.keys.keys.shift()
  const query = `{ resolveEntity(entityId: "${leaf.id}", trustAnchor: "${top.id}") { chains { reason } } }`
  const { data } = await admin.execute(query)
  expect(data.resolveEntity.chains).toEqual([{ reason: null }])
})

it('keeps a key that disappears, and pins it on when it comes back', async () => {
  const second = toPublicJwk(next)
  await pin({ [foreign.id]: { keys: [...foreign.keys.keys, second] } })
  await follow()
  anchor.clock.ahead = PINNED_KEY_GRACE - DAY
  foreign.options.configuration = { exp: Math.floor(Date.now() / 1000) + 100 * DAY }
  foreign.keys.keys.push(second)
  await follow()
  foreign.keys.keys.pop()
  anchor.clock.ahead = PINNED_KEY_GRACE + DAY
  await follow()
  expect(await pinnedKids()).toEqual([foreign.key.kid, next.kid])
  expect((await view()).endingKeys).toHaveLength(1)
})

it('ends a key at the time that its anchor has announced', async () => {
  const second = toPublicJwk(next)
  await pin({ [foreign.id]: { keys: [...foreign.keys.keys, second] } })
  const exp = Math.floor(Date.now() / 1000) + DAY
  foreign.keys.keys.push({ ...second, exp } as Jwk)
  await follow()
  const { data } = await admin.execute('{ trustAnchor { trustAnchors } }')
  expect(data.trustAnchor.trustAnchors[foreign.id].keys[1]).toMatchObject({ kid: next.kid, exp })
  foreign.keys.keys.pop()
  foreign.options.configuration = { exp: exp + DAY }
  anchor.clock.ahead = DAY + 60
  await follow()
  expect(await pinnedKids()).toEqual([foreign.key.kid])
})

it('announces nothing with an older copy of the configuration', async () => {
  await follow()
  foreign.options.configuration = { iat: Math.floor(Date.now() / 1000) - 100 }
  foreign.keys.keys.push(toPublicJwk(next))
  await follow()
  expect(await pinnedKids()).toEqual([foreign.key.kid])
  expect(await view()).toMatchObject({ lastError: null })
})

it('pins what an operator chose meanwhile', async () => {
  const own = toPublicJwk(await generateSigningKey('ES256'))
  await follow()
  await pin({ [foreign.id]: { keys: [...foreign.keys.keys, own] } })
  foreign.keys.keys.push(toPublicJwk(next))
  await follow()
  expect(await pinnedKids()).toEqual([foreign.key.kid, own.kid, next.kid])
})

describe('never accepts, and raises an alert for,', () => {
  type Change = () => unknown
  it.each<[string, Change]>([
    [
      'a key that was not announced',
      () => {
        foreign.key = next
        foreign.keys.keys = [toPublicJwk(next)]
      },
    ],
    [
      'another key under the kid of a pinned one',
      () => {
        foreign.key = { ...next, kid: foreign.key.kid }
        foreign.keys.keys = [toPublicJwk(foreign.key)]
      },
    ],
    ['a signature that does not verify', () => foreign.misbehave('wrong signature')],
  ])('%s', async (_what, change) => {
    const { kid } = foreign.key
    change()
    expect(await follow()).toContain(foreign.id)
    expect(await pinnedKids()).toEqual([kid])
    expect(await alerts()).toMatchObject([
      { id: `PINNED_ANCHOR_CHANGED:${foreign.id}`, severity: 'CRITICAL' },
    ])
    expect(await changes()).toEqual([])
    // It stays while the anchor cannot be reached.
    foreign.misbehave('not found')
    await follow()
    expect(await alerts()).toMatchObject([{ code: 'PINNED_ANCHOR_CHANGED' }])
  })

  it('another key under the kid of a pinned one, in a configuration that a pinned key signed', async () => {
    const second = toPublicJwk(next)
    await pin({ [foreign.id]: { keys: [...foreign.keys.keys, second] } })
    foreign.keys.keys.push({ ...toPublicJwk(await generateSigningKey('ES256')), kid: second.kid })
    await follow()
    expect(await alerts()).toMatchObject([{ code: 'PINNED_ANCHOR_CHANGED' }])
    expect(await pinnedKids()).toEqual([foreign.key.kid, second.kid])
  })

  it('a signature by a pinned key that has expired', async () => {
    const exp = Math.floor(Date.now() / 1000) - 60
    await pin({ [foreign.id]: { keys: foreign.keys.keys.map((key) => ({ ...key, exp })) } })
    foreign.keys.keys.push(toPublicJwk(next))
    await follow()
    expect(await alerts()).toMatchObject([{ code: 'PINNED_ANCHOR_CHANGED' }])
    expect(await pinnedKids()).toEqual([foreign.key.kid])
  })

  it('ends the alert when the anchor is as it was', async () => {
    foreign.misbehave('wrong signature')
    await follow()
    expect(await alerts()).toHaveLength(1)
    foreign.misbehave(undefined)
    await follow()
    expect(await alerts()).toEqual([])
  })
})

it.each(['not found', 'expired', 'rubbish'] as const)(
  'raises an alert after a day of “%s”',
  async (fault) => {
    foreign.misbehave(fault)
    await follow()
    expect(await view()).toMatchObject({ lastError: expect.any(String), followedAt: null })
    expect(await alerts()).toEqual([])
    anchor.clock.ahead = DAY + 60
    expect(await alerts()).toMatchObject([
      {
        code: 'PINNED_ANCHOR_NOT_FOLLOWED',
        severity: 'WARNING',
        message: expect.stringContaining(foreign.id),
      },
    ])
    expect(await pinnedKids()).toEqual([foreign.key.kid])
  },
)
