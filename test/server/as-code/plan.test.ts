/** Tests the plan of configuration files and its application. */
import { expect, it } from 'vitest'
import { adminInFile, type TestAdmin } from '#test/helpers/admin.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

it('exports what it then finds unchanged', async () => {
  await registerLeaf(admin, { tags: ['a'], note: 'A note\nwith two lines' })
  const text = await exported(admin)
  console.log(text)
  const plan = await planOf(admin, text)
  console.log(plan.markdown)
  expect(plan).toMatchObject({ faults: [], created: 0, changed: 0, unchanged: 3 })
})

async function exported(admin: TestAdmin): Promise<string> {
  let text = ''
  for (let after: string | null = null; ; ) {
    const answer = await admin.execute(
      'query ($after: String) { configurationExport(after: $after) { content endCursor } }',
      { after },
    )
    if (answer.errors) throw new Error(JSON.stringify(answer.errors))
    const { content, endCursor } = answer.data.configurationExport
    text += content
    after = endCursor
    if (after === null) return text
  }
}

async function planOf(admin: TestAdmin, content: string) {
  const { data, errors } = await admin.execute(
    `query ($files: [ConfigurationFileInput!]!) { configurationPlan(files: $files) { hash created changed removed unchanged
      operations markdown faults { file line column message } steps { section key verb changes { path before after } } } }`,
    { files: [{ name: 'main.yaml', content }] },
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data.configurationPlan
}
