/** Tests the list of e-mails for administrators, and sending one again. */
import { beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD, startAdmin, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'

const server = inFile(startMailServer)
const admin = inFile(() => startAdmin({}, { mail: server.config }))
beforeEach(async () => {
  await admin.server.db.mail.deleteMany()
  server.received.length = 0
  server.behave({})
})

const MAIL =
  'id recipient event anchorSlug state attempts lastError canBeRetried nextAttemptAt endedAt createdAt'
const LIST = `query ($filter: MailFilter, $first: Int, $after: String) { mails(filter: $filter, first: $first, after: $after) {
  totalCount pageInfo { endCursor } edges { node { ${MAIL} } } } }`

async function list(variables: object = {}) {
  const { data } = await admin.execute(LIST, variables)
  // biome-ignore lint/suspicious/noExplicitAny: the document defines the shape
  const rows = data.mails.edges.map(({ node }: any) => node)
  return { rows, total: data.mails.totalCount, end: data.mails.pageInfo.endCursor }
}

const at = new Date('2026-12-01T06:00:00Z')
const common = { event: 'INVITATION', createdAt: at, nextAt: at, giveUpAt: at }
const put = (data: { recipient: string; state?: string; body?: string | null; lastError?: string }) =>
  admin.server.db.mail.create({ data: { ...common, state: 'SENT', endedAt: at, ...data } })

/** An invitation that the SMTP server has refused. */
async function refused(email: string): Promise<string> {
  server.behave({ refusal: '550 no such user' })
  await admin.mutate('createUser', { username: email, role: 'VIEWER', email }, 'id', 'admin')
  await untilTrue('it failed', async () => (await list({ filter: { state: 'FAILED' } })).total === 1)
  server.behave({})
  return (await list()).rows[0].id
}
const retry = (id: string) => admin.mutate('retryMail', { id }, MAIL, 'admin')

describe('the list', () => {
  it('has the newest first, by pages and filters, without a text', async () => {
    await put({ recipient: 'anna@lu.example' })
    await put({ recipient: 'bo@lu.example', state: 'FAILED', body: 'encrypted', lastError: 'no' })
    await put({ recipient: 'cy@lu.example' })
    const first = await list({ first: 2 })
    expect(first.total).toBe(3)
    expect(first.rows).toMatchObject([
      { recipient: 'cy@lu.example', state: 'SENT', canBeRetried: false, nextAttemptAt: null },
      {
        recipient: 'bo@lu.example',
        state: 'FAILED',
        canBeRetried: true,
        lastError: 'no',
        event: 'INVITATION',
      },
    ])
    expect((await list({ first: 2, after: first.end })).rows).toMatchObject([
      { recipient: 'anna@lu.example' },
    ])
    expect(await list({ filter: { state: 'FAILED' } })).toMatchObject({ total: 1 })
    expect(await list({ filter: { recipient: 'anna@lu.example' } })).toMatchObject({ total: 1 })
    const { data } = await admin.execute('{ __type(name: "Mail") { fields { name } } }')
    expect(JSON.stringify(data)).not.toMatch(/body|text|subject|html/)
  })

  it('is for administrators', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      const { errors } = await admin.execute(LIST, {}, role)
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    }
  })
})

describe('retryMail', () => {
  it('sends a failed e-mail again', {
    tags: ['mutation/retryMail/success', 'mutation/retryMail/audit'],
  }, async () => {
    const id = await refused('dan@example.org')
    expect(await retry(id)).toMatchObject({ id, state: 'WAITING', attempts: 0, endedAt: null })
    await untilTrue('it arrived', () => server.received.length === 1)
    expect(server.received[0]?.text).toContain('/invitation#')
    const entry = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
    expect(entry).toMatchObject({ action: 'retryMail', resourceType: 'Mail', resource: 'dan@example.org' })
    expect(JSON.stringify(entry)).not.toContain('invitation#')
  })

  it('is refused for one that was sent, or whose text was not kept', {
    tags: 'mutation/retryMail/ConflictError',
  }, async () => {
    await put({ recipient: 'anna@lu.example' })
    await put({ recipient: 'bo@lu.example', state: 'FAILED', body: null })
    const { rows } = await list()
    expect(await retry(rows[1].id)).toMatchObject({
      code: 'CONFLICT',
      message: 'Only an e-mail that failed can be sent again.',
    })
    expect(await retry(rows[0].id)).toMatchObject({
      code: 'CONFLICT',
      message: 'Its text was not kept. It cannot be sent.',
    })
  })

  it('is refused where e-mail is off', async () => {
    await put({ recipient: 'bo@lu.example', state: 'FAILED', body: 'encrypted' })
    const { rows } = await list()
    const silent = await startSecondAdmin(admin, { mail: null })
    const retried = silent.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'x-api-key': admin.keys.admin, 'x-graphql-yoga-csrf': '1' },
      payload: {
        query: 'mutation ($id: ID!) { retryMail(input: { id: $id }) { ... on Error { message } } }',
        variables: { id: rows[0].id },
      },
    })
    expect((await retried).json().data.retryMail.message).toMatch(/sends no e-mail. Set SMTP_URL/)
    await silent.close()
  })

  it('is refused for an id that no e-mail has', { tags: 'mutation/retryMail/NotFoundError' }, async () => {
    expect(await retry(Buffer.from('Mail:999999').toString('base64'))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await retry('unknown')).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('updateMail', () => {
  const ACCOUNT = '{ viewer { account { mail } } }'
  const set = (visitor: Visitor, enabled: boolean) =>
    visitor.execute(
      'mutation ($input: UpdateMailInput!) { updateMail(input: $input) { ... on UpdateMailSuccess { account { mail } } } }',
      {
        input: { enabled },
      },
    )

  it('turns e-mail off and on for the caller', {
    tags: ['mutation/updateMail/success', 'mutation/updateMail/audit'],
  }, async () => {
    const input = { username: 'eva', password: PASSWORD, role: 'VIEWER', email: 'eva@example.org' }
    await admin.mutate('createUser', input, 'id', 'admin')
    const eva = await signedIn(admin, 'eva')
    expect((await eva.execute(ACCOUNT)).data.viewer.account).toEqual({ mail: true })
    expect((await set(eva, false)).data.updateMail.account).toEqual({ mail: false })
    const entry = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
    expect(entry).toMatchObject({
      action: 'updateMail',
      resource: 'eva',
      before: { mail: true },
      after: { mail: false },
    })
    expect((await set(eva, true)).data.updateMail.account).toEqual({ mail: true })
  })

  it('is not offered to a user without an address', async () => {
    const visitor = await signedIn(admin, 'viewer')
    expect((await visitor.execute(ACCOUNT)).data.viewer.account).toEqual({ mail: null })
  })
})
