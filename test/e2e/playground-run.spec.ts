/** Tests the runs of the page "API": mutations, subscriptions, a stop, and the session and its rights. */
import { expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { playgroundOf } from './playground-page.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const { page } = pageInFile(() => openSignedIn(admin, '/administration/api'))
const api = inFile(() => playgroundOf(page))

const organizations = async () => {
  const { data } = await admin.execute('{ organizations { edges { node { name } } } }')
  return data.organizations.edges.map(({ node }: { node: { name: string } }) => node.name)
}

journey('operations run with the session of the user', (step) => {
  step('asks before a mutation, and Cancel sends nothing', async () => {
    await api.write('mutation { createOrganization(input: { name: "Asked first" }) { __typename } }')
    await page.keyboard.press('Control+Enter')
    await api.dialog.getByText('Run the mutation createOrganization?').waitFor()
    expect(await violations(page, '[role=alertdialog]')).toEqual([])
    await api.dialog.getByRole('button', { name: 'Cancel' }).click()
    await api.dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Run mutation…' }).click()
    await page.keyboard.press('Escape')
    await api.dialog.waitFor({ state: 'hidden' })
    expect(api.sent).toEqual([])
    expect(await organizations()).toEqual([])

    await page.getByRole('button', { name: 'Run mutation…' }).click()
    await api.dialog.getByRole('button', { name: 'Run mutation' }).click()
    await eventually(
      async () => await expect.poll(() => api.result.textContent()).toContain('CreateOrganizationSuccess'),
    )
    expect(await organizations()).toEqual(['Asked first'])
  })

  step(
    'shows the events of a subscription until it is stopped, and ends the stream when the page is left',
    async () => {
      const ended: string[] = []
      page.on('requestfailed', (request) => ended.push(request.postDataJSON()?.query ?? ''))
      const subscription = 'subscription Mine { auditEventRecorded { action } }'
      await api.write(subscription)
      await page.getByRole('button', { name: 'Subscribe' }).click()
      await api.state.getByText('Receiving: 0 events so far.').waitFor()
      const events = page.getByRole('list', { name: 'Events, the newest first' }).getByRole('listitem')
      // A subscription begins some time after its request; an event of before is not delivered.
      await eventually(async () => {
        await admin.mutate('createOrganization', { name: `Number ${performance.now()}` }, 'id')
        expect(await events.count()).toBeGreaterThan(1)
      })
      await expect
        .poll(() => events.first().textContent())
        .toMatch(/Event \d+ · .*"action": "CREATE_ORGANIZATION"/s)
      await page.getByRole('button', { name: 'Stop' }).click()
      await api.state.getByText(/^Stopped after \d+ events\.$/).waitFor()
      await eventually(() => expect(ended).toEqual([subscription]))

      await page.getByRole('button', { name: 'Subscribe' }).click()
      await page.getByRole('button', { name: 'Stop' }).waitFor()
      await page.getByRole('link', { name: 'Dashboard' }).click()
      await eventually(() => expect(ended).toEqual([subscription, subscription]))
      await page.getByRole('link', { name: 'Administration' }).click()
      await page.getByRole('link', { name: 'API', exact: true }).click()
      // The text is still there.
      await api.editor.getByText('auditEventRecorded').waitFor()
    },
  )

  step('shows why a subscription is refused', async () => {
    await api.write('subscription Mine { shoeSizeChanged }')
    await page.getByRole('button', { name: 'Subscribe' }).click()
    const { errors } = JSON.parse(await api.shownResult())
    expect(errors[0].message).toContain('Cannot query field "shoeSizeChanged"')
  })

  step('stops a query that has no answer yet', async () => {
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('MineSlow')) await route.fallback()
    })
    await api.write('query MineSlow { __typename }')
    await page.getByRole('button', { name: 'Run query' }).click()
    await api.state.getByText('Running…').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await api.state.getByText('Stopped.').waitFor()
    await page.getByRole('button', { name: 'Run query' }).waitFor()
    await page.unroute('**/graphql')
  })

  step('asks to sign in again when the session has ended, then sends the operation', async () => {
    await api.write('query Mine { viewer { username } trustAnchor { slug } }')
    await admin.server.db.session.deleteMany()
    await page.getByRole('button', { name: 'Run query' }).click()
    const question = page.getByRole('dialog', { name: 'Your session has ended' })
    await question.getByLabel('Password').fill(PASSWORD)
    await question.getByRole('button', { name: 'Sign in', exact: true }).click()
    await question.waitFor({ state: 'hidden' })
    await eventually(async () => expect(await api.result.textContent()).toContain('"username": "admin"'))
  })

  step('asks to sign in again before a mutation that needs a recent sign-in, then sends it', async () => {
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
    await api.write(
      'mutation { createUser(input: { username: "later", role: VIEWER }) { __typename ... on Error { code } } }',
    )
    await page.getByRole('button', { name: 'Run mutation…' }).click()
    await api.dialog.getByRole('button', { name: 'Run mutation' }).click()
    const question = page.getByRole('dialog', { name: 'Confirm it is you' })
    await question.getByLabel('Password').fill(PASSWORD)
    await question.getByRole('button', { name: 'Sign in' }).click()
    await question.waitFor({ state: 'hidden' })
    await eventually(
      async () => await expect.poll(() => api.result.textContent()).toContain('CreateUserSuccess'),
    )
  })

  step('removes the history when the user signs out', async () => {
    const kept = () => page.evaluate(() => localStorage.getItem('playground admin'))
    expect(await kept()).toContain('trustAnchor')
    await page.getByRole('button', { name: 'admin' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    expect(await kept()).toBeNull()
  })
})

test('gives a viewer the rights of a viewer', async () => {
  const other = await openSignedIn(admin, '/administration/api', 'viewer')
  await other.page.getByText('It runs as viewer, with the role Viewer.').waitFor()
  expect(await other.page.getByRole('main').getByRole('link', { name: 'API keys' }).count()).toBe(0)
  await other.page.getByTestId('query-editor').getByRole('textbox').click()
  await other.page.keyboard.press('Control+a')
  await other.page.keyboard.press('Delete')
  await other.page.keyboard.insertText('mutation { createOrganization(input: { name: "x" }) { __typename } }')
  await other.page.getByRole('button', { name: 'Run mutation…' }).click()
  await other.page.getByRole('alertdialog').getByRole('button', { name: 'Run mutation' }).click()
  const shown = other.page.getByRole('textbox', { name: 'Result' })
  await shown.getByText('"FORBIDDEN"').waitFor()
  await other.page.context().close()
})
