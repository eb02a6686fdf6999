/** The runbook of a stolen account, docs/guide/stolen-account.md: its commands, in the state in which they are needed. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signedIn, signedInByPassword, type Visitor } from '#test/helpers/visitor.ts'
import { root } from '../docs/document.ts'
import { commandsFor } from './command.ts'

const admin = adminInFile()
const commands = inFile(() => commandsFor(admin))

/** The commands of each step that has some, without what runs them. */
async function readSteps(): Promise<string[][]> {
  const text = await readFile(root('docs/guide/stolen-account.md'), 'utf8')
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gms)]
  return blocks.map(([, lines = '']) =>
    lines
      .trim()
      .split('\n')
      .map((line) => line.trim().replace('docker compose exec -T admin inmor ', '')),
  )
}

const viewerOf = async (visitor: Visitor) => (await visitor.execute('{ viewer { username } }')).data.viewer

it('takes the account away, says what it did, and gives it back', async () => {
  const account = { username: 'mallory', password: PASSWORD, role: 'ADMIN' }
  await admin.mutate('createUser', account, 'id', 'admin')
  const thief = await signedIn(admin, 'mallory')
  const { key } = await thief.mutate('createApiKey', { username: 'viewer', name: 'hidden' }, 'key')
  const asksWithKey = async () => {
    const headers = { 'content-type': 'application/json', 'x-api-key': key }
    const body = JSON.stringify({ query: '{ viewer { username } }' })
    const response = await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })
    return (await response.json()).data.viewer
  }
  expect(await asksWithKey()).toEqual({ username: 'viewer' })
  const [secure = [], look = [], giveBack = []] = await readSteps()

  const [printed = ''] = await Promise.all(secure.map((line) => commands.succeed(line.split(' '))))
  expect(printed).toMatch(/sessions ended: +1\n/)
  expect(printed).toMatch(/api keys revoked: +1\n/)
  expect(printed).toMatch(/CREATE_API_KEY.*viewer\/hidden/)
  expect(await viewerOf(thief)).toBeNull()
  await expect.poll(asksWithKey).toBeNull()
  await expect(signedInByPassword(admin, 'mallory')).rejects.toThrow('BANNED_USER')

  const [listed = '', verified = ''] = await Promise.all(
    look.map((line) => commands.succeed(line.split(' '))),
  )
  expect(listed).toMatch(/mallory +CREATE_API_KEY +viewer\/hidden/)
  expect(verified).toContain('all intact')

  const [set = '', ...others] = giveBack
  const password = (await commands.json(set.split(' '))).password
  for (const line of others) await commands.succeed(line.split(' '))
  expect(await viewerOf(await signedInByPassword(admin, 'mallory', password))).toEqual({
    username: 'mallory',
  })
})
