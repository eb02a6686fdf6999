/** Tests the help: the list of all commands, which loads none of them, and that of one. */
import { expect, test } from 'vitest'
import { loadProgram } from '#server/cli/program.ts'
import { inmor } from '#test/helpers/product.ts'

async function namesOf(words?: readonly string[]) {
  const { commands } = await loadProgram(words)
  return commands.map((each) => [each.name(), each.description()])
}

test.each([[[]], [['--help']], [['help']], [['keygn']]])(
  'after %j, each command is listed with what it says',
  async (words) => {
    expect(await namesOf(words)).toEqual(await namesOf())
  },
)

test.each(['keygen', 'user', 'audit', 'mark'])('“help %s” prints its whole help', async (name) => {
  const [helped, asked] = await Promise.all([
    inmor({ environment: {} }, ['help', name]),
    inmor({ environment: {} }, [name, '--help']),
  ])
  expect(helped).toEqual(asked)
  expect(helped).toMatchObject({ code: 0, stdout: expect.stringMatching(/--type|export|set-password|issue/) })
})

test('a wrong word is answered with the nearest command', async () => {
  const { code, stderr } = await inmor({ environment: {} }, ['keygn'])
  expect([code, stderr.split('\n').slice(0, 2)]).toEqual([
    2,
    [`error: unknown command 'keygn'`, '(Did you mean keygen?)'],
  ])
})

test('“help user list” prints the whole help of “user”, over HTTP too', async () => {
  const far = { environment: { INMOR_URL: 'http://127.0.0.1:1' } }
  const helped = await inmor(far, ['help', 'user', 'list'])
  expect(helped).toEqual(await inmor(far, ['user', '--help']))
  expect(helped.stdout).toContain('set-password')
})
