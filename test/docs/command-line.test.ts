/** Tests how documents and messages say to run the command line: never by a name that a registry answers. */
import { execFile } from 'node:child_process'
import { copyFile, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { folderInFile } from '#test/helpers/in-file.ts'
import { documents, root } from './document.ts'

const run = promisify(execFile)
const folder = folderInFile('inmor-command-line')

/** Texts that users read: the documents, and everything that prints or shows a sentence. */
async function texts(): Promise<string[]> {
  const places = ['docs/examples', 'deploy', 'federation', 'server', 'web/src']
  const below = async (place: string) => {
    const entries = await readdir(root(place), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  }
  const named = (await documents()).filter((name) => name !== 'CHANGELOG.md').map(root)
  return [...named, root('schema.graphql'), ...(await Promise.all(places.map(below))).flat()]
}

test('no document and no message runs the command line by its name in a registry', async () => {
  const found = await Promise.all(
    (await texts()).map(async (file) => [file, await readFile(file, 'utf8')] as const),
  )
  expect(found.length).toBeGreaterThan(500)
  const asked = /\b(npx|npm exec|npm x|pnpm dlx|yarn dlx|bunx)\b/
  expect(found.filter(([, text]) => asked.test(text)).map(([file]) => file)).toEqual([])
})

test('./inmor is the command line of its folder, and nothing elsewhere', async () => {
  const { stdout } = await run(root('inmor'), ['--help'], { cwd: folder })
  expect(stdout).toContain('Usage: inmor')
  await copyFile(root('inmor'), join(folder, 'inmor'))
  await expect(run('./inmor', ['--help'], { cwd: folder })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nothing is installed in .'),
  })
})
