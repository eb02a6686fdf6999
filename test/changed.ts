/**
 * Chooses the tests of a change, for `npm test -- --changed`: for a file of the product those that executed it when every
 * test was recorded, for a file of the tests those that import it. It is for the loop of work; only a complete run proves
 * everything.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesReached, importsOf, productFiles, root, testFiles } from './recording/imports.ts'
import { type Recording, readRecording } from './recording/summary.ts'

/** Beginnings of paths below `test/`. */
type Tests = readonly string[]

const every: Tests = ['']
const documents: Tests = ['docs/', 'examples/documents']
const console: Tests = ['web/', 'e2e/']

/** Files that tests read and do not execute, by the beginnings of their paths; the longest counts. */
const read: Readonly<Record<string, Tests>> = {
  '.ci/': [],
  '.dockerignore': ['deploy/'],
  '.gitignore': [],
  CHANGELOG: [...documents, 'server/api/promise'],
  CONTRIBUTING: documents,
  Dockerfile: ['deploy/'],
  LICENSE: [],
  README: documents,
  SECURITY: documents,
  'THIRD-PARTY-NOTICES': documents,
  'biome.json': [],
  'codegen.ts': console,
  compose: ['deploy/'],
  'deploy/': ['deploy/', 'product/start.test'],
  'docs/': documents,
  'docs/api.md': [...documents, 'examples/'],
  'docs/examples/': ['docs/', 'examples/'],
  'docs/examples/federation-as-code/': ['docs/', 'product/start.test', 'product/cli-configuration'],
  'federation/page/': ['federation/routes/index-page', 'deploy/guide'],
  inmor: [...documents, 'product/demo'],
  'schema.graphql': ['server/api', 'docs/', 'examples/documents', 'web/', 'e2e/trusted-documents'],
  'server/cli/api/': ['server/api', 'product/cli-api'],
  'server/cli/bootstrap.mjs': ['product/bootstrap', 'product/npm-start', 'deploy/'],
  'tsconfig.json': [],
  'web/': console,
  'web/.npmrc': [],
}

/** Quick tests of the whole tree, for every change. */
const always: Tests = ['core/points', 'docs/map', 'docs/changed']

/** What only adds a column concerns the tests of its model, and those of all migrations and of whole rows. */
const ofColumns: Tests = [
  'server/process/migrations',
  'server/process/backup.test',
  'server/process/upgrade',
  'server/as-code/every-way',
]

/** Files that put a whole program together. Almost every test imports one. */
const assembly =
  /^(federation|server)\/(app|start|anchors\/(app|open-anchors?)|process\/\w+|schema\/(index|schema))\.ts$/

/** Paths that differ from a commit, new files included. */
export function changedFiles(since: string): string[] {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n')
  const paths = [
    ...git('diff', '--name-only', '--relative', since),
    ...git('ls-files', '--others', '--exclude-standard'),
  ]
  return paths.filter(Boolean)
}

/** The test files that a change of these paths concerns, sorted. */
export function testsOf(changed: readonly string[]): string[] {
  const tests = testFiles()
  const recording = readRecording()
  const reached = new Map(tests.map((test) => [test, filesReached([test], assembly)]))
  const importing = (path: string, among = tests) => among.filter((test) => reached.get(test)?.has(path))
  const below = (starts: Tests) =>
    tests.filter((test) => starts.some((start) => test.startsWith(`test/${start}`)))
  const newer = tests.filter((test) => !recording.tests.includes(test))
  const columns = addedColumns(changed)

  const concerned = (path: string): readonly string[] => {
    if (path.startsWith('test/')) {
      const importers = importing(path)
      // What no test imports may be read by any.
      return importers.length > 0 || !existsSync(join(root, path)) ? importers : tests
    }
    if (path.startsWith('prisma/') && columns)
      return [...below(ofColumns), ...columns.flatMap((model) => named(recording, recording.models[model]))]
    const recorded = recordedTests(path, recording)
    if (recorded.length > 0) return [...recorded, ...importing(path, newer)]
    const row = rowOf(path)
    return row ? below(row) : importing(path)
  }
  const chosen = new Set([...changed.flatMap(concerned), ...below(always)])
  return tests.filter((test) => chosen.has(test))
}

/** The row of a path. A path that neither a row nor the recording knows concerns every test. */
function rowOf(path: string): Tests | undefined {
  const [longest] = Object.keys(read)
    .filter((start) => path.startsWith(start))
    .sort((a, b) => b.length - a.length)
  if (longest !== undefined) return read[longest]
  return productFiles().includes(path) ? undefined : every
}

const named = ({ tests }: Recording, places: readonly number[] = []) =>
  places.flatMap((place) => tests[place] ?? [])

/** Of a file without functions, or newer than the recording: the tests of the files that import it. */
function recordedTests(path: string, recording: Recording): string[] {
  const product = productFiles()
  const known = (of: string) => named(recording, recording.files[of])
  let files = [path]
  const seen = new Set(files)
  while (files.length > 0) {
    const tests = files.flatMap(known)
    if (tests.length > 0) return tests
    files = product.filter(
      (of) => !seen.has(of) && importsOf(of).some((imported) => files.includes(imported)),
    )
    for (const each of files) seen.add(each)
  }
  return []
}

const column = /^ALTER TABLE "(\w+)" ADD COLUMN [^;]+$/

/** The models that get columns, if all that changes in `prisma` are new migrations that only add some. */
function addedColumns(changed: readonly string[]): string[] | undefined {
  const texts = changed
    .filter((path) => path.startsWith('prisma/') && path !== 'prisma/schema.prisma')
    .map((path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''))
  const statements = texts
    .map((text) => text.replace(/^\s*--.*$/gm, ''))
    .flatMap((text) =>
      text
        .split(';')
        .map((statement) => statement.trim())
        .filter(Boolean),
    )
  const models = statements.map((statement) => column.exec(statement)?.[1])
  return models.length > 0 && models.every((model) => model !== undefined) ? models : undefined
}
