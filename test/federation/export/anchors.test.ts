/** `inmor-export` of an installation with several anchors: each in its folder, while it is registered and not paused. */
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { FIRST_ANCHOR } from '#store/anchors.ts'
import { redisKeys } from '#store/keys.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { run } from '#test/helpers/program.ts'
import { prepareInstallation } from '../anchors/installation.ts'
import { textOf } from './exported.ts'

const main = { slug: FIRST_ANCHOR, entityId: 'https://ta.example', paused: false }
const edu = { slug: 'edu', entityId: 'https://edu.example', paused: false }
const health = { slug: 'health', entityId: 'https://health.example', paused: false }
const installation = inFile(() => prepareInstallation(main.entityId))
const path = folderInFile('export')

beforeAll(async () => {
  await installation.publish(edu.slug, edu.entityId, ['https://school.example'])
  await installation.publish(health.slug, health.entityId, ['https://clinic.example'])
  await installation.register(main, edu, health)
})

const start = (...args: string[]) => {
  const { redisUrl, keysDirectory } = installation.config
  return run('federation/export/main.ts', [path, ...args], {
    environment: { TA_DOMAIN: main.entityId, REDIS_URL: redisUrl, KEYS_DIR: keysDirectory },
  })
}
const membersOf = (slug: string) => readdir(join(path, slug, 'fetch')).catch(() => [])
const fileOf = (sub: string) => `${encodeURIComponent(sub)}.jwt`
const own = '.well-known/openid-federation'

it('writes each anchor into its folder, with what it publishes and its own manifest', async () => {
  const program = start('--anchors', '--once')
  expect((await program.ended).code).toBe(0)
  const { client } = installation.redis
  for (const { slug } of [main, edu, health]) {
    const names = redisKeys(installation.placeOf(slug).redisKeyPrefix)
    expect(await textOf(path, `${slug}/${own}`)).toBe(await client.get(names.entityConfiguration))
    expect(await textOf(path, `${slug}/manifest.jwt`)).toBe(await client.get(names.manifest))
  }
  expect(await membersOf('main')).toEqual([fileOf('https://main.member.example')])
  expect(await membersOf('edu')).toEqual([fileOf('https://school.example')])
  expect(await membersOf('health')).toEqual([fileOf('https://clinic.example')])
})

it('leaves a mirror beside them, whose name could be that of an anchor', async () => {
  const mirror = join(path, 'partner')
  await cp(join(path, 'edu'), mirror, { recursive: true, filter: (from) => !from.endsWith('.inmor-export') })
  expect((await start('--anchors', '--once').ended).code).toBe(0)
  expect(await textOf(mirror, own)).toBe(await textOf(path, `edu/${own}`))
  expect(await textOf(mirror, own)).not.toBeNull()
})

it('removes the files of an anchor that is paused or removed, writes them again, and leaves other folders', async () => {
  await mkdir(join(path, 'notes'), { recursive: true })
  await writeFile(join(path, 'notes', 'of-the-operator.txt'), 'stays')
  const program = start('--anchors')
  await expect.poll(() => program.output().match(/was compared/g)?.length).toBe(3)
  await installation.register({ ...main, paused: true }, edu)
  await expect.poll(() => existsSync(join(path, 'main', own))).toBe(false)
  await expect.poll(() => existsSync(join(path, 'health', own))).toBe(false)
  expect(await membersOf('edu')).toHaveLength(1)
  await installation.register(main, edu)
  await expect.poll(() => membersOf('main')).toHaveLength(1)
  await installation.publish(edu.slug, edu.entityId, ['https://school.example', 'https://college.example'])
  await expect.poll(() => membersOf('edu')).toHaveLength(2)
  await expect.poll(() => program.output().match(/was compared/g)?.length).toBe(5)
  program.kill('SIGTERM')
  expect((await program.ended).code).toBe(0)
  expect(await textOf(path, 'notes/of-the-operator.txt')).toBe('stays')
})

it('removes at its start what is paused or removed by then', async () => {
  await installation.register({ ...main, paused: true })
  expect((await start('--anchors', '--once').ended).code).toBe(0)
  expect(existsSync(join(path, 'main', own))).toBe(false)
  expect(existsSync(join(path, 'edu', 'manifest.jwt'))).toBe(false)
  expect(await textOf(path, 'notes/of-the-operator.txt')).toBe('stays')
})

it('tries again until the key directory of a further anchor can be used, and exports the others', async () => {
  const late = { slug: 'late', entityId: 'https://late.example', paused: false }
  await installation.register(main, edu, late)
  const program = start('--anchors')
  await program.printed(/The Trust Anchor cannot be exported/)
  await expect.poll(() => membersOf('edu')).toHaveLength(2)
  await installation.publish(late.slug, late.entityId, ['https://member.example'])
  await expect.poll(() => membersOf('late')).toHaveLength(1)
  program.kill('SIGTERM')
  await program.ended
})

it('writes the first anchor alone without the option', async () => {
  const single = join(path, 'single')
  const { redisUrl, keysDirectory } = installation.config
  const environment = { TA_DOMAIN: main.entityId, REDIS_URL: redisUrl, KEYS_DIR: keysDirectory }
  const once = () => run('federation/export/main.ts', [single, '--once'], { environment }).ended
  expect((await once()).code).toBe(0)
  expect(await readdir(join(single, 'fetch'))).toEqual([fileOf('https://main.member.example')])
  await installation.register({ ...main, paused: true }, edu)
  expect((await once()).code).toBe(0)
  expect(existsSync(join(single, own))).toBe(false)
})
