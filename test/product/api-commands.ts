/** The commands of the API in tests: over HTTP with INMOR_URL and INMOR_KEY, and in process on the server. */
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { inmor } from '#test/helpers/product.ts'
import { signIn } from '../server/protection/people.ts'
import { runFor } from './command.ts'

export type Run = (args: readonly string[], input?: string) => ReturnType<typeof inmor>

/** Of the administrator, unless the name says otherwise. */
export function apiCommandsInFile() {
  const admin = adminInFile()
  /** Made in a session, so that it may ask for approvals. */
  let key: string
  beforeAll(async () => {
    const visitor = await signIn(admin, 'admin')
    key = (await visitor.mutate('createApiKey', { username: 'admin', name: 'laptop' }, 'key')).key
  })

  /** Nothing of the server is in the environment. */
  const withKey = (INMOR_KEY: string, ...[args, input]: Parameters<Run>) =>
    inmor({ environment: { INMOR_URL: admin.adminUrl, INMOR_KEY } }, args, input)
  const far: Run = (args, input) => withKey(key, args, input)
  const asViewer: Run = (args, input) => withKey(admin.keys.viewer, args, input)
  const near: Run = (args, input) => runFor(admin, args, {}, input)
  return { admin, far, asViewer, near }
}

export async function succeed(run: Run, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(args, input)
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' })
  return stdout
}

export const linesOf = (text: string) => text.trimEnd().split('\n')
export const objectsOf = (text: string) => linesOf(text).map((line) => JSON.parse(line))
