/** Two administrators with passkeys that count, and what they do with approvals. */
import { expect } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller, jobCaller } from '#server/identity/caller.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'
import { type GraphQLAnswer, PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { type Authenticator, createAuthenticator } from '#test/helpers/authenticator.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'

export type Administrator = {
  visitor: Visitor
  device: Authenticator
  /** Says why, where that is missing. */
  partner?: Administrator
}

export type People = { alice: Administrator; bob: Administrator }

/** Of the test file. */
export const administratorsInFile = (admin: TestAdmin): People => inFile(() => addAdministrators(admin))

export async function addAdministrators(admin: TestAdmin): Promise<People> {
  return partners(await addAdministrator(admin, 'alice'), await addAdministrator(admin, 'bob'))
}

export function partners(alice: Administrator, bob: Administrator): People {
  return { alice: Object.assign(alice, { partner: bob }), bob: Object.assign(bob, { partner: alice }) }
}

export async function addAdministrator(admin: TestAdmin, username: string): Promise<Administrator> {
  const accounts = createAccounts(admin.server)
  await accounts.createUser(cliCaller('test'), { username, password: PASSWORD, role: 'admin' })
  const visitor = await signIn(admin, username)
  const device = createAuthenticator(admin.adminUrl)
  const { body: options } = await visitor.auth('/passkey/generate-register-options')
  const response = device.register(options)
  expect((await visitor.auth('/passkey/verify-registration', { response, name: 'Key' })).status).toBe(200)
  await agePasskeys(admin, username)
  return { visitor, device }
}

/** As if they had been registered long ago, so that they count for approvals. */
export async function agePasskeys({ server }: TestAdmin, username: string): Promise<void> {
  const data = { createdAt: new Date(Date.now() - 30 * 86_400_000) }
  await server.installation.passkey.updateMany({ where: { user: { username } }, data })
}

/** With the password, which is enough for those who have no factor. */
export async function signIn(admin: TestAdmin, username: string): Promise<Visitor> {
  const visitor = await signedIn(admin, username)
  return visitor
}

/** Without an approval, as a job needs none. Passkeys count at once, as the audit log knows when they were registered. */
export async function protect(
  { server }: { server: Pick<TestAdmin['server'], 'installation'> },
  operations: readonly ProtectedOperation[],
  further: { commandLine?: boolean; passkeyHours?: number } = {},
): Promise<void> {
  const row = { commandLine: false, passkeyHours: 0, ...further, operations: [...operations] }
  // Chosen, because a new installation has it off.
  const create = { ...row, breakGlass: 'AT_ONCE' }
  await recordChange(server.installation, jobCaller('test'), async (tx) => {
    const before = await readProtection(tx)
    await tx.protection.upsert({ where: { id: 1 }, create, update: row })
    return {
      action: 'updateProtection',
      resource: '',
      before,
      after: await readProtection(tx),
      result: undefined,
    }
  })
}

/** The id of the approval that the answer names. */
export function waiting({ data, errors }: GraphQLAnswer, about = ''): string {
  expect(errors, `${about} ${JSON.stringify(data)}`).toMatchObject([
    { extensions: { code: 'APPROVAL_REQUIRED' } },
  ])
  const { approval } = (errors?.[0]?.extensions ?? {}) as { approval?: string }
  expect(approval).toBeTypeOf('string')
  return String(approval)
}

const FIELDS =
  'id state mutation action resource before after requestedBy { username } decidedBy { username } lastError overridden result'

/** The input of an approval, with the answer of the device. */
export async function signed(
  { visitor, device }: Administrator,
  id: string,
): Promise<{ id: string; passkey: object }> {
  const document = 'query ($id: ID!) { node(id: $id) { ... on Approval { signingOptions } } }'
  const { data } = await visitor.execute(document, { id })
  return { id, passkey: device.authenticate(data.node.signingOptions) }
}

export const comment = ({ visitor }: Administrator, id: string, text: string) =>
  visitor.mutate('commentApproval', { id, text }, 'reason comments { by { username } text }')

/** The other person, who asked for it, says why first. */
export async function approve(person: Administrator, id: string) {
  if (person.partner) await comment(person.partner, id, 'A test.')
  return person.visitor.mutate('approve', await signed(person, id), FIELDS)
}

/** Withdraws it without a reason, or objects to it with one. */
export const refuse = ({ visitor }: Administrator, id: string, message: string | null = 'A test.') =>
  visitor.mutate('refuse', { id, message }, `${FIELDS} objection { by { username } text }`)

export const override = async (person: Administrator, id: string, reason: string) =>
  person.visitor.mutate('override', { reason, ...(await signed(person, id)) }, FIELDS)
