/** Tests what `npm test -- --changed` runs. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { testsOf } from '#test/changed.ts'
import { importsOf, productFiles, testFiles } from '#test/recording/imports.ts'
import { readRecording } from '#test/recording/summary.ts'
import { root } from './document.ts'

/** A file that a change is about, and tests that fail when the change is wrong. */
const changes: [kind: string, path: string, failing: string[], most: number][] = [
  [
    'a field',
    'server/schema/subordinate/subordinate.ts',
    ['server/subordinate/overview', 'server/api/statements'],
    40,
  ],
  ['a mutation', 'server/schema/trust-mark/trust-mark-type.ts', ['server/trust-mark/type'], 40],
  ['a service', 'server/services/trust-mark/terms.ts', ['server/trust-mark/type', 'e2e/trust-mark'], 40],
  ['publication', 'server/publish/drain.ts', ['server/publication/publication'], 40],
  ['a rule of a policy', 'federation/core/metadata-policy/merge.ts', ['core/metadata-policy/merge'], 60],
  ['a signature', 'federation/core/jws.ts', ['core/jws', 'core/trust-chain/validate-signature'], 60],
  ['an endpoint', 'federation/routes/fetch.ts', ['federation/routes/fetch'], 60],
  ['a walk', 'federation/resolver/chain-finder.ts', ['federation/resolver/resolve'], 60],
  ['a command', 'server/cli/user.ts', ['product/cli'], 60],
  ['a screen', 'web/src/routes/(console)/settings/keys/+page.svelte', ['e2e/keys'], 20],
  ['a component', 'web/src/lib/components/form/ConfirmDialog.svelte', ['web/component/confirm-dialog'], 60],
  ['a schema', 'schema.graphql', ['server/api/promise', 'docs/reference'], 200],
  ['a document', 'docs/operations.md', ['docs/map', 'docs/commands'], 40],
  ['a helper of tests', 'test/helpers/xmlsec.ts', ['server/convert/saml'], 40],
]

test.each(changes)(
  'the choice for %s has the tests that fail, and few others',
  (_kind, path, failing, most) => {
    expect(existsSync(root(path)), path).toBe(true)
    const chosen = testsOf([path])
    for (const start of failing)
      expect(
        chosen.some((test) => test.startsWith(`test/${start}.`)),
        `${path}: ${start}`,
      ).toBe(true)
    expect(chosen.length).toBeLessThanOrEqual(most)
  },
)

async function write(path: string, text: string): Promise<string> {
  onTestFinished(() => rm(root(path)))
  await writeFile(root(path), text)
  return path
}

test('a migration that only adds a column chooses by its model; another runs every test', async () => {
  const path = 'prisma/migrations/added.sql'
  await write(path, '-- A column.\nALTER TABLE "TrustMark" ADD COLUMN "colour" TEXT;\n')
  const chosen = testsOf(['prisma/schema.prisma', path])
  expect(chosen).toContain('test/server/trust-mark/trust-mark.test.ts')
  expect(chosen).toContain('test/server/process/migrations.test.ts')
  expect(chosen.length).toBeLessThanOrEqual(60)
  await writeFile(root(path), 'ALTER TABLE "TrustMark" ADD COLUMN "colour" TEXT; DROP TABLE "Mail";')
  expect(testsOf([path])).toEqual(testFiles())
})

test('a file without functions chooses by the files that import it', () => {
  const { files } = readRecording()
  const unknown = productFiles().filter((path) => path.startsWith('server/services/') && !(path in files))
  const [path = ''] = unknown.filter((of) => productFiles().some((file) => importsOf(file).includes(of)))
  expect(testsOf([path]).length, path).toBeGreaterThan(testsOf([]).length)
})

test('a new test is chosen for what it imports', async () => {
  const path = await write('test/core/new.test.ts', "import '#core/errors.ts'\n")
  expect(testsOf(['federation/core/errors.ts'])).toContain(path)
})

test('an unknown file runs every test', () => {
  expect(testsOf(['a-new-folder/file.ts'])).toEqual(testFiles())
})

test('the recording knows most tests and most files of the product', () => {
  const { tests, files } = readRecording()
  const known = testFiles().filter((test) => tests.includes(test))
  expect(known.length).toBeGreaterThan(testFiles().length * 0.8)
  const tracked = execFileSync('git', ['ls-files', 'federation', 'server'], {
    cwd: root('.'),
    encoding: 'utf8',
  })
  const product = tracked.split('\n').filter((path) => path.endsWith('.ts'))
  expect(product.filter((path) => path in files).length).toBeGreaterThan(product.length / 2)
})
