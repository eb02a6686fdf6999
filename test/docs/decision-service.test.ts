/** Tests the decision service of docs/guide/checks.md as it is written there, except for hosts. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { freePort } from '#test/helpers/port.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { blocksOf, root } from './document.ts'

let service: ChildProcess
let url: string

const isUp = () =>
  fetch(url, { method: 'POST' }).then(
    ({ status }) => status === 400,
    () => false,
  )

const admin = adminInFile()
beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}/check`
  const [example] = (await blocksOf('docs/guide/checks.md')).filter(({ language }) => language === 'js')
  const program = (example?.content ?? '')
    .replace('https://ta.example.org', admin.entityId)
    .replace('https://decide.example.org/check', url)
    .replace('8090', String(port))
  service = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root(),
    stdio: 'inherit',
  })
  await untilTrue('the service answers', isUp)
})
afterAll(async () => {
  service.kill()
  await once(service, 'exit')
})

test('it agrees to an organization in Sweden only, and to requests of the anchor', async () => {
  await admin.mutate(
    'updateCheckPipeline',
    {
      entityType: 'openid_relying_party',
      checks: [{ check: 'DECISION_SERVICE', url, onFailure: 'REFUSE' }],
      approves: true,
    },
    'id',
    'admin',
  )
  const submit = async (country: string) => {
    const { id: organizationId } = await admin.mutate('createOrganization', { name: country, country }, 'id')
    const person = await signInAsMember(admin, { organizationId, email: `anna@${country}.example` })
    const { id: entityId } = await startLeaf(admin)
    return person.mutate('submitRequest', { kind: 'REGISTER', organizationId, entityId }, 'state')
  }
  expect(await submit('SE')).toMatchObject({ state: 'APPROVED' })
  expect(await submit('NO')).toMatchObject({ message: 'Only organizations in Sweden take part.' })
  expect((await fetch(url, { method: 'POST', body: 'e30.e30.' })).status).toBe(400)
})
