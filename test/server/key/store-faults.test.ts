/** Tests faults of a token in the middle of a renewal of 1,000 members: each is named, and nothing is lost or half published. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { JwkSet } from '#core/keys.ts'
import { redisKeys } from '#store/keys.ts'
import { startAdmin } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { folderInFile, inFile, inFileWithEnvironment } from '#test/helpers/in-file.ts'
import { startLimitedToken } from '#test/helpers/limited-token.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { eventually } from '#test/helpers/product.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { softHsmLacking } from '#test/helpers/soft-hsm.ts'
import { listed } from '#test/helpers/subordinate.ts'
import { signalToken, tokenProcesses } from '#test/helpers/token-process.ts'

const MEMBERS = 500
const typ = 'entity-statement+jwt'
const keys = redisKeys()
/** By the entity. */
type Statements = Readonly<Record<string, string>>

describe.skipIf(softHsmLacking !== null)(`faults of a token (${softHsmLacking ?? 'SoftHSM'})`, () => {
  let kid = ''
  let before: Statements = {}
  let run = ''
  const marks = 'https://ta.example.org/marks/member'

  const token = inFileWithEnvironment(startLimitedToken)
  const pinFile = join(folderInFile('inmor-pin'), 'pin')
  beforeAll(() => writeFile(pinFile, token.pin))
  const admin = inFile(() => {
    const settings = { pkcs11Module: token.module, pkcs11PinFile: pinFile, keyStoreTimeout: 1 }
    return startAdmin({}, { ...settings, keyStoreConcurrency: 2 })
  })
  beforeAll(async () => {
    await admin.mutate('createTrustMarkType', { type: marks }, 'id')
    kid = (await change('announceSigningKey', { alg: 'ES256', store: 'PKCS11' })).kid
    await change('switchSigningKey', { overrideReason: 'a test' })
  })
  const members = inFile(() => registerMany(admin.server.db, admin.entityId, MEMBERS))
  beforeAll(async () => {
    await admin.server.publisher.rebuild()
    // On a busy machine the token is late with some, which are published after it.
    await eventually(async () => {
      before = await expectWhole()
    })
    run = await startRun(admin, 'startRenewal(input: { kind: SUBORDINATES })')
  })

  const configuration = () => token.environment.SOFTHSM2_CONF
  const change = (name: string, input: object) => admin.mutate(name, input, 'kid', 'admin')
  const publishedStatements = () => admin.redis.client.hgetall(keys.subordinates)

  /** Every member has a statement that verifies with the keys of the Entity Configuration. */
  async function expectWhole(): Promise<Statements> {
    const own = await (await admin.get('/.well-known/openid-federation')).text()
    const set = createLocalJWKSet(decodeJwt<{ jwks: JwkSet }>(own).jwks)
    await jwtVerify(own, set, { typ })
    const statements = await publishedStatements()
    expect(Object.keys(statements).sort()).toEqual([...members.ids].sort())
    for (const [id, jwt] of Object.entries(statements)) {
      const { payload, protectedHeader } = await jwtVerify(jwt, set, { typ })
      expect([payload.sub, protectedHeader.kid]).toEqual([id, kid])
    }
    return statements
  }

  /** Of a sample of the members. */
  async function shareSigned(): Promise<number> {
    const sample = members.ids.filter((_, at) => at % 10 === 0)
    const now = await admin.redis.client.hmget(keys.subordinates, ...sample)
    return sample.filter((id, at) => now[at] !== before[id]).length / sample.length
  }

  /** What the alert and the state of the publication say. */
  async function reasons(): Promise<(string | null)[]> {
    const { data } = await admin.execute(
      '{ alerts { code message } serverStatus { publication { lastError } } }',
    )
    const found = data.alerts.filter(({ code }: { code: string }) => code === 'KEYS_UNUSABLE')
    return [
      ...found.map(({ message }: { message: string }) => message),
      data.serverStatus.publication.lastError,
    ]
  }

  /** The fault is named, and does no harm, after the renewal has gone on and before it has ended. */
  async function expectHarmless(fault: {
    begin(): Promise<unknown>
    end(): Promise<unknown>
    sentence: RegExp
  }): Promise<void> {
    const { sentence } = fault
    const earlier = await shareSigned()
    await eventually(async () => expect(await shareSigned()).toBeGreaterThan(earlier))
    await fault.begin()
    try {
      const said = [expect.stringMatching(sentence), expect.stringMatching(sentence)]
      await eventually(async () => expect(await reasons()).toEqual(said))
      expect(await shareSigned()).toBeLessThan(1)
      await expectWhole()
      const announced = await change('announceSigningKey', { alg: 'ES256', store: 'PKCS11' })
      expect(announced).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(sentence) })
      const [entityId] = members.ids
      const issued = admin.mutate('issueTrustMark', { trustMarkType: marks, entityId }, 'id')
      await expect(issued).rejects.toThrow('"code":"UNAVAILABLE"')
    } finally {
      await fault.end()
    }
  }

  it('names a module that is killed again and again', async () => {
    await expectHarmless({
      begin: () => token.signal('SIGKILL'),
      sentence: /^The process of the PKCS#11 module ended\. It is started again\./,
      end: () => token.signal(null),
    })
  })

  it('names a module that hangs, and abandons it', async () => {
    let hung: number[] = []
    await expectHarmless({
      begin: async () => {
        hung = await tokenProcesses(configuration())
        await token.signal('SIGSTOP')
      },
      sentence: /^The key store did not answer within \d seconds\./,
      end: async () => {
        await token.signal(null)
        expect(hung).not.toEqual([])
        for (const pid of hung) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
        await signalToken(configuration(), 'SIGCONT')
      },
    })
  })

  it('names a token without a free session', () =>
    expectHarmless({
      begin: async () => {
        await token.limitSessions(0)
        await signalToken(configuration(), 'SIGKILL')
      },
      sentence:
        /^The PKCS#11 token has no free session\. Lower KEY_STORE_CONCURRENCY, or close other clients \(CKR_SESSION_COUNT\)\./,
      end: () => token.limitSessions(null),
    }))

  it('names a wrong PIN, which each process tries once', async () => {
    await expectHarmless({
      begin: async () => {
        await writeFile(pinFile, 'wrong pin')
        await signalToken(configuration(), 'SIGKILL')
      },
      sentence: /^The PKCS#11 token refuses the PIN\. Check PKCS11_PIN or PKCS11_PIN_FILE\./,
      end: () => writeFile(pinFile, token.pin),
    })
    // The admin server and the federation server.
    expect([1, 2]).toContain(await token.refusedLogins())
  })

  it('has renewed every member when the run ends, and published what it stored', async () => {
    const seen = await watchRun(admin, run)
    expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: MEMBERS, done: MEMBERS, failed: 0 })
    await eventually(async () => expect(await admin.server.db.outboxEntry.count()).toBe(0))
    const now = await expectWhole()
    expect(members.ids.filter((id) => now[id] === before[id])).toEqual([])
    await eventually(async () => expect(await reasons()).toEqual([null]))
    const drift = await openDriftRepair(admin)
    expect(await drift.repair()).toMatchObject({ missing: 0, unexpected: 0, different: 0 })
    drift.close()
  })

  it('publishes a withdrawal, which needs no signature, while the store is away', async () => {
    const [withdrawn = ''] = members.ids
    await writeFile(pinFile, 'wrong pin')
    await signalToken(configuration(), 'SIGKILL')
    await admin.mutate('updateTrustAnchor', { organizationName: 'Renamed' }, 'version', 'admin')
    await eventually(async () => expect(await reasons()).toHaveLength(2))
    const { data } = await admin.execute(
      'query ($id: EntityIdentifier!) { subordinate(entityId: $id) { id } }',
      { id: withdrawn },
    )
    await admin.mutate('deactivateSubordinate', { id: data.subordinate.id }, 'id')
    await eventually(async () => expect(await listed(admin)).not.toContain(withdrawn))
    await writeFile(pinFile, token.pin)
    await eventually(async () => expect(await reasons()).toEqual([null]))
  })
})
