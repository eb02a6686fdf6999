/** Tests differences between Redis and the database: detection, report and repair. */
import { beforeAll, expect, it, vi } from 'vitest'
import { formatPage, parsePage } from '#store/list-page.ts'
import { subordinateFormat } from '#store/subordinate-reader.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { listed, register, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const type = 'https://ta.example.org/marks/member'
const holder = 'https://holder.example.org'
/** Its mark is revoked. */
const former = 'https://former.example.org'
const entityIds: string[] = []

const admin = adminInFile()
const drift = inFile(() => openDriftRepair(admin))
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type }, 'id')
  await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: holder }, 'id')
  const { id } = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: former }, 'id')
  await admin.mutate('revokeTrustMark', { id }, 'id')
})

const repair = () => drift.repair()

async function reported() {
  const document =
    '{ serverStatus { publication { pending drift { checkedAt missing unexpected different examples } } } }'
  return (await admin.execute(document, {}, 'viewer')).data.serverStatus.publication
}

const nothing = { missing: 0, unexpected: 0, different: 0 }

it('finds nothing when nothing differs', async () => {
  expect((await reported()).drift).toBeNull()
  for (let count = 0; count < 3; count++) {
    const { leaf } = await registerLeaf(admin)
    entityIds.push(leaf.id)
  }
  await admin.mutate(
    'deactivateSubordinate',
    { id: (await register(admin, await startLeaf(admin))).id },
    'id',
  )
  expect(await repair()).toEqual(nothing)
  expect((await reported()).drift).toEqual({ ...nothing, checkedAt: expect.any(String), examples: [] })
})

it('finds missing, unexpected and different data, and republishes it', async () => {
  const { client } = admin.redis
  const [missing = '', different = '', stale = ''] = entityIds
  const ghost = 'https://ghost.example.org'
  await client.hdel('inmor:subordinates', missing)
  await client.hset('inmor:subordinates', different, 'a.b.c', ghost, 'a.b.c')
  await client.hset('inmor:subordinates:jwt', stale, 'a.b.c')
  await client.hdel(`inmor:tm:${holder}`, type)
  expect(await repair()).toEqual({ missing: 2, unexpected: 1, different: 2 })
  const { drift } = await reported()
  expect(drift).toMatchObject({ missing: 2, unexpected: 1, different: 2 })
  expect(drift.examples).toEqual(
    expect.arrayContaining([
      `missing: Subordinate Statement of ${missing}`,
      `unexpected: Subordinate Statement of ${ghost}`,
      `missing: Trust Mark ${type} of ${holder}`,
    ]),
  )
  await vi.waitFor(async () => expect((await reported()).pending).toBe(0), patience)
  expect(await repair()).toEqual(nothing)
  expect(await listed(admin)).toEqual([...entityIds].sort())
  expect((await admin.get('/trust_mark', { trust_mark_type: type, sub: holder })).status).toBe(200)
})

it('removes marks that were never issued', async () => {
  const { client } = admin.redis
  await client.hset('inmor:tm:https://ghost.example.org', type, 'a.b.c')
  expect(await repair()).toEqual({ ...nothing, unexpected: 1 })
  await vi.waitFor(async () => expect(await client.keys('*ghost*')).toEqual([]), patience)
  expect(await repair()).toEqual(nothing)
})

/** All data of the compared kinds, in any order. */
async function published() {
  const { client } = admin.redis
  const names = await client.keys('inmor:*')
  const found = names.filter((name) =>
    /:(rp|op|taia|tmtypes|tmtype:.*|tmpages:.*|subordinates.*|tm:https.*)$/.test(name),
  )
  const contents = found.map(async (name) => {
    const isSet = (await client.type(name)) === 'set'
    return [name, isSet ? (await client.smembers(name)).sort() : await client.hgetall(name)] as const
  })
  return Object.fromEntries(await Promise.all(contents))
}

/** Expects these findings in the report, and their repair. */
async function expectRepaired(count: Partial<typeof nothing>, words: string[], before?: object) {
  expect(await repair()).toEqual({ ...nothing, ...count })
  expect((await reported()).drift.examples.sort()).toEqual(words.sort())
  await vi.waitFor(async () => expect((await reported()).pending).toBe(0), patience)
  expect(await repair()).toEqual(nothing)
  const after = await published()
  if (before) expect(after).toEqual(before)
  return after
}

it('compares the sets by kind and the information for lists', async () => {
  const { client } = admin.redis
  const before = await published()
  const [first = '', second = '', third = ''] = entityIds
  await client.srem('inmor:rp', first)
  await client.sadd('inmor:taia', first)
  await client.sadd('inmor:op', second)
  await client.sadd('inmor:op', 'https://one.example.org')
  await client.hset('inmor:subordinates:info', 'https://two.example.org', '{}')
  await client.hset('inmor:subordinates:info', third, '{}')
  await expectRepaired(
    { missing: 1, unexpected: 3, different: 1 },
    [
      `missing: place among the Relying Parties, place among the Intermediates of ${first}`,
      `unexpected: place among the OpenID Providers of ${second}`,
      `different: information for lists of ${third}`,
      'unexpected: place among the OpenID Providers of https://one.example.org',
      'unexpected: information for lists of https://two.example.org',
    ],
    before,
  )
  await client.del('inmor:subordinates:info')
  const words = entityIds.map((id) => `missing: information for lists of ${id}`)
  await expectRepaired({ missing: 3 }, words, before)
})

/** Changes the text of the only page of a list. */
async function changePage(key: string, change: (text: string) => string) {
  for (const [name, text] of Object.entries(await admin.redis.client.hgetall(key))) {
    await admin.redis.client.hset(key, name, change(text))
  }
}

it('compares the list of subordinates', async () => {
  const { client } = admin.redis
  const before = await published()
  const sorted = entityIds.toSorted()
  const [first = '', second = '', last = ''] = sorted
  const key = 'inmor:subordinates:pages'
  const words = (kind: string, id: string) => `${kind}: place in the list of subordinates of ${id}`
  await changePage(key, (text) => text.replace('"openid_relying_party"', '"openid_provider"'))
  await expectRepaired(
    { different: 3 },
    sorted.map((id) => words('different', id)),
    before,
  )
  await changePage(key, (text) => text.replace(`"${second}"`, '"https://zzz.example.org"'))
  const changed = [words('missing', second), words('unexpected', 'https://zzz.example.org')]
  await expectRepaired({ missing: 1, unexpected: 1 }, changed, before)
  // A process that lost its lease wrote a page from which another one had taken the last entry.
  const [bytes = Buffer.of()] = await client.hvalsBuffer(key)
  const rest = parsePage(first, bytes, subordinateFormat).items().slice(2)
  await client.hset(key, last, formatPage(rest, subordinateFormat).bytes)
  const { [key]: _, ...others } = await published()
  const { [key]: pages, ...all } = await expectRepaired({ missing: 2 }, [
    words('missing', first),
    words('missing', second),
  ])
  expect(all).toEqual(others)
  expect(Object.keys(pages ?? {}).sort()).toEqual([first, last])
  for (const damage of [() => changePage(key, () => 'rubbish'), () => client.del(key)]) {
    await damage()
    await expectRepaired(
      { missing: 3 },
      sorted.map((id) => words('missing', id)),
    )
  }
  expect(await published()).toEqual(before)
})

it('compares the lists of holders', async () => {
  const before = await published()
  const key = `inmor:tmpages:${type}`
  await changePage(key, (text) => text.replace(/"kid":"[^"]*"/, '"kid":"x"'))
  const words = `place in the list of holders of ${type} of`
  await expectRepaired({ different: 1 }, [`different: ${words} ${holder}`], before)
  await changePage(key, (text) => text.replace(holder, former))
  await expectRepaired(
    { missing: 1, unexpected: 1 },
    [`missing: ${words} ${holder}`, `unexpected: ${words} ${former}`],
    before,
  )
})

it('compares the holders of each type, and the types', async () => {
  const { client } = admin.redis
  const before = await published()
  await client.srem(`inmor:tmtype:${type}`, holder)
  await client.sadd(`inmor:tmtype:${type}`, former)
  await client.srem('inmor:tmtypes', type)
  const words = [
    `missing: place among the holders of ${type} of ${holder}`,
    `unexpected: place among the holders of ${type} of ${former}`,
    `missing: place among the Trust Mark types of ${type}`,
  ]
  await expectRepaired({ missing: 2, unexpected: 1 }, words, before)
})

it('compares the types that are not in use', async () => {
  const { client } = admin.redis
  const before = await published()
  await client.sadd('inmor:tmtypes:unused', type)
  const words = [`unexpected: place among the Trust Mark types not in use of ${type}`]
  await expectRepaired({ unexpected: 1 }, words, before)
})

it('removes types and holders that the database does not contain', async () => {
  const { client } = admin.redis
  const before = await published()
  await client.sadd('inmor:tmtypes', 'https://one.example.org')
  await client.sadd('inmor:tmtype:https://two.example.org', holder)
  await client.sadd(`inmor:tmtype:${type}`, 'https://ghost.example.org')
  const words = [
    'unexpected: place among the Trust Mark types of https://one.example.org',
    `unexpected: place among the holders of https://two.example.org of ${holder}`,
    `unexpected: place among the holders of ${type} of https://ghost.example.org`,
  ]
  await expectRepaired({ unexpected: 3 }, words, before)
})

it('does not report data that another writer omits', async () => {
  const { client } = admin.redis
  const before = await published()
  const [id = ''] = entityIds
  await client.hset('inmor:subordinates', id, 'a.b.c')
  await client.hdel('inmor:subordinates:info', id)
  await expectRepaired({ different: 1 }, [`different: Subordinate Statement of ${id}`], before)
  await admin.server.db.trustMark.updateMany({ data: { expiresAt: new Date(0) } })
  await client.srem(`inmor:tmtype:${type}`, holder)
  expect(await repair()).toEqual(nothing)
})
