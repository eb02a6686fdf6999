/** Tests `inmor mark reissue` and `inmor backup` with a running product, and `inmor restore` into a new one. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { inFile } from '#test/helpers/in-file.ts'
import {
  connectAdmin,
  eventually,
  type Installation,
  inmor,
  makeInstallation,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'

const type = 'https://ta.example.org/marks/member'
const subject = 'https://rp.example.org'
const BACKUP_PASSPHRASE = 'correct horse battery staple'

const issue = `mutation {
  createTrustMarkType(input: {type: "${type}"}) { __typename }
  issueTrustMark(input: {trustMarkType: "${type}", entityId: "${subject}"}) { __typename }
}`

const withPassphrase = ({ environment }: Installation, passphrase = BACKUP_PASSPHRASE) => ({
  environment: { ...environment, BACKUP_PASSPHRASE: passphrase },
})

async function markOf({ federationUrl }: Installation): Promise<string> {
  const parameters = new URLSearchParams({ trust_mark_type: type, sub: subject })
  return (await fetch(`${federationUrl}/trust_mark?${parameters}`)).text()
}

let file: string
const old = inFile(prepareInstallation)
const product = inFile(() => startProduct(old))
beforeAll(async () => {
  file = join(old.dataDirectory, '..', 'backup')
})

test('re-signs marks, and prints a line for each', async () => {
  await (await connectAdmin(old))(issue)
  const before = await markOf(old)
  const { stdout } = await inmor(old, ['mark', 'reissue', '--trust-mark-type', type, '--follow'])
  expect(stdout).toContain(`\n${type} ${subject} ... OK\nSUCCEEDED: 1 done, 0 failed.\n`)
  const after = await markOf(old)
  expect(after).not.toBe(before)
  expect(decodeJwt(after).exp).toBe(decodeJwt(before).exp)
})

test('creates a backup of the running product, with a long enough passphrase', async () => {
  const short = await inmor(withPassphrase(old, 'short'), ['backup', '--output', file])
  expect(short).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/at least 12 characters/),
  })
  const { code, stdout, stderr } = await inmor(withPassphrase(old), ['backup', '--output', file])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('TrustMark ... 1 rows\n')
  expect(stdout).toMatch(/, encrypted\.\nThe signing keys are not included\./)
  expect((await readFile(file)).includes(Buffer.from(subject))).toBe(false)
})

test('creates a backup that age opens', async ({ skip }) => {
  const isInstalled = spawnSync('age', ['--version']).status === 0
  skip(!isInstalled, 'age is not installed here')
  // age reads a passphrase from a terminal only; script gives it one.
  const command = `age --decrypt '${file}' | gunzip --stdout > '${file}.json'`
  const { status, output } = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    input: `${BACKUP_PASSPHRASE}\n`,
  })
  expect(status, String(output)).toBe(0)
  expect(await readFile(`${file}.json`, 'utf8')).toContain(subject)
})

/** An actor of the audit log is another one, and the end of the document fits. */
function altered(backup: Buffer): Buffer {
  const lines = gunzipSync(backup).toString().trimEnd().split('\n').slice(0, -1)
  const at = lines.findIndex((line) => line.startsWith('{"table" : "AuditEvent"'))
  lines[at] = lines[at]?.replace(/"actor":"[^"]*"/, '"actor":"nobody"') ?? ''
  const text = lines.map((line) => `${line}\n`).join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  return gzipSync(`${text}${JSON.stringify({ end: { rows: lines.length - 1, sha256 } })}\n`)
}

test('says with a code of its own that the audit log of a restored backup had been changed', async () => {
  const plain = join(old.dataDirectory, '..', 'plain')
  await inmor(old, ['backup', '--output', plain])
  await writeFile(plain, altered(await readFile(plain)))
  const place = await makeInstallation()
  const { code, stderr } = await inmor(place, ['restore', plain])
  expect(stderr).toContain('Restored, but the audit log had been changed before the backup.')
  expect(code).toBe(5)
})

test('restores the installation into another one', async () => {
  const mark = await markOf(old)
  await product.stop()
  const made = await makeInstallation()
  // The same Trust Anchor: its marks name it as their issuer.
  const { FEDERATION_PORT = '' } = old.environment
  const { federationUrl } = old
  const place = { ...made, federationUrl, environment: { ...made.environment, FEDERATION_PORT } }
  await mkdir(place.dataDirectory)
  for (const name of ['keys', 'auth-secret']) {
    await cp(join(old.dataDirectory, name), join(place.dataDirectory, name), { recursive: true })
  }
  const another = await inmor(withPassphrase(place, 'a passphrase of something else'), ['restore', file])
  const sentence = 'The passphrase is wrong, or the backup was altered or cut off.\n'
  expect(another, 'without a word about the audit log, which does not exist yet').toEqual({
    ...{ code: 1, stdout: '', stderr: sentence },
  })
  const { code, stdout, stderr } = await inmor(withPassphrase(place), ['restore', file, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ tables: { TrustMark: 1 }, audit: { fault: null } })
  const next = await startProduct(place)
  expect(next.password).toBeNull() // the backup contains the administrator
  await eventually(async () => expect(await markOf(place)).toBe(mark))
  await next.stop()
})
