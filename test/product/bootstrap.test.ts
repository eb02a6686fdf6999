/**
 * Tests how a clone is made ready, with a small project in the place of ours: the steps of `npm start`, what it prints, and
 * the build of the console beside the servers.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createConsoleBuild } from '#server/embedded/console-build.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { eventually } from '#test/helpers/product.ts'
import { descendants, runCommand, survivors } from '#test/helpers/program.ts'

const ours = fileURLToPath(new URL('../../server/cli/bootstrap.mjs', import.meta.url))

/** In the place of npm: notes its arguments, and installs a Vite that writes the page of the console. */
const npm = `
import { appendFileSync, cpSync, mkdirSync } from 'node:fs'
appendFileSync(process.env.NPM_LOG, process.cwd().split('/').pop() + ' ' + process.argv.slice(2).join(' ') + '\\n')
mkdirSync('node_modules/.bin', { recursive: true })
mkdirSync('node_modules/vite/bin', { recursive: true })
cpSync('vite.js', 'node_modules/vite/bin/vite.js')
`
const vite = `
const { mkdirSync, writeFileSync } = require('node:fs')
mkdirSync(process.env.CONSOLE_FOLDER, { recursive: true })
writeFileSync(process.env.CONSOLE_FOLDER + '/200.html', 'built')
`
const writes = (path: string) =>
  `import { mkdirSync, writeFileSync } from 'node:fs'\nmkdirSync('${dirname(path)}', { recursive: true })\nwriteFileSync('${path}', '')\n`

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "small", "type": "module", "bin": { "small": "server/small.ts" } }',
  'package-lock.json': '1',
  'vite.js': '',
  'npm.mjs': npm,
  'server/small.ts': '',
  'server/embedded/template.ts': writes('node_modules/.inmor/database/PG_VERSION'),
  'prisma/schema.prisma': '1',
  'prisma/generate.ts': writes('prisma/generated/client/client.ts'),
  'prisma/migrations/1.sql': '',
  'schema.graphql': '',
  'codegen.ts': '',
  'federation/core/index.ts': '',
  'web/package-lock.json': '1',
  'web/vite.js': vite,
  'web/codegen/generate.ts': '',
  'web/src/app.html': '1',
}

async function makeProject() {
  const project = await folderInTest('inmor-project')
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(project, path)), { recursive: true })
    await writeFile(join(project, path), text)
  }
  for (const [path, text] of Object.entries(files)) await write(path, text)
  await mkdir(join(project, 'server/cli'))
  await cp(ours, join(project, 'server/cli/bootstrap.mjs'))
  const environment = { npm_execpath: join(project, 'npm.mjs'), NPM_LOG: join(project, 'npm.log') }
  const make = async (...args: string[]) => {
    const program = runCommand(process.execPath, [join(project, 'server/cli/bootstrap.mjs'), ...args], {
      environment,
    })
    const { code } = await program.ended
    return {
      code,
      output: program
        .output()
        .replaceAll(/\d+ s$/gm, 'N s')
        .split('\n')
        .filter(Boolean),
    }
  }
  const read = (path: string) => readFile(join(project, path), 'utf8').catch(() => null)
  return { project, environment, write, make, read }
}

const lines = (...steps: string[]) => steps.flatMap((step) => [`inmor: ${step} …`, `inmor: ${step} … N s`])
const run = '1/5 installing the packages that run'
const client = '2/5 generating the database client'
const database = '3/5 creating the embedded database'
const packages = '4/5 installing the packages that build the console'
const built = '5/5 building the console'

test('prints each step with its number and seconds, and repeats none without a reason', async () => {
  const { make, write, read } = await makeProject()
  expect(await make('start')).toEqual({ code: 0, output: lines(run, client, database) })
  expect(await make('start')).toEqual({ code: 0, output: [] })
  expect(await make('console')).toEqual({ code: 0, output: lines(packages, built) })
  expect(await make()).toEqual({ code: 0, output: [] })
  await write('prisma/schema.prisma', '2')
  expect(await make()).toEqual({ code: 0, output: lines(client) })
  const installed = (await read('npm.log'))?.trim().split('\n') ?? []
  expect(installed).toEqual([
    expect.stringMatching(/^inmor-project-\S+ ci --ignore-scripts .*--omit=optional$/),
    expect.stringMatching(/^web ci --ignore-scripts /),
  ])
})

test('removes a console of other sources before the servers start', async () => {
  const { make, write, read } = await makeProject()
  await make()
  expect(await read('web/build/200.html')).toBe('built')
  await write('web/src/app.html', '2')
  expect(await make('start')).toEqual({ code: 0, output: [] })
  expect(await read('web/build/200.html')).toBeNull()
})

test('keeps the console that is there when a build fails, and says why', async () => {
  const { make, write, read } = await makeProject()
  await make()
  await write('web/node_modules/vite/bin/vite.js', 'console.error("no such colour"); process.exit(1)')
  await write('web/src/app.html', '2')
  const { code, output } = await make()
  expect(code).toBe(1)
  expect(output).toEqual([
    `inmor: ${built} …`,
    'no such colour',
    expect.stringMatching(/vite\.js build .*failed$/),
  ])
  expect(await read('web/build/200.html')).toBe('built')
})

async function buildBeside(viteScript: string) {
  const { project, environment, make, write, read } = await makeProject()
  await make('start')
  await write('web/vite.js', viteScript)
  Object.assign(process.env, environment)
  const printed: string[] = []
  const build = createConsoleBuild((line) => printed.push(line.replace(/\d+ s$/, 'N s')), project)
  expect(build.isBeingBuilt()).toBe(true)
  build.start()
  onTestFinished(async () => {
    await build.close()
    for (const name of Object.keys(environment)) delete process.env[name]
  })
  return { build, printed, read }
}

test('builds the console beside the servers', async () => {
  const { build, printed, read } = await buildBeside(vite)
  await eventually(() => expect(build.isBeingBuilt()).toBe(false))
  expect(printed).toEqual([...lines(packages, built), 'inmor: the console is ready'])
  expect(await read('web/build/200.html')).toBe('built')
})

test('says in one sentence that the build beside the servers failed, and how to try again', async () => {
  const { build, printed, read } = await buildBeside('process.exit(1)')
  await eventually(() => expect(build.isBeingBuilt()).toBe(false))
  expect(printed.at(-1)).toMatch(
    /^inmor: The console could not be built\. npm run build .*; the servers go on\.$/,
  )
  expect(printed.slice(0, -1)).toEqual([...lines(packages), `inmor: ${built} …`])
  expect(await read('web/build/200.html')).toBeNull()
})

test('the end of the servers ends the build and what it has started', async () => {
  const { build, printed } = await buildBeside('setInterval(() => {}, 1000)')
  await eventually(() => expect(printed).toContain(`inmor: ${built} …`))
  const processes = await descendants(process.pid)
  await build.close()
  const left = await survivors(processes)
  await eventually(async () => expect(await survivors(left)).toEqual([]))
  expect(printed.at(-1)).toBe(`inmor: ${built} …`)
})
