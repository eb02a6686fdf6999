#!/usr/bin/env node
// Makes a clone ready to run: installs, generates and builds what is missing or out of date, and nothing else. With the
// names of steps only these, which lets an image keep the layer of its dependencies.
// Plain JavaScript without dependencies, because it runs before anything is installed, on Node 20 too.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const at = (...path) => join(root, ...path)
const stamps = at('node_modules', '.inmor')

const steps = [
  {
    name: 'installing dependencies (the first time takes a minute)',
    stamp: 'install',
    inputs: ['package-lock.json'],
    outputs: ['node_modules/node/bin/node'],
    run: () => npm('ci', '--no-audit', '--no-fund', '--loglevel=error'),
  },
  {
    name: 'generating the database client',
    stamp: 'prisma',
    inputs: ['package-lock.json', 'prisma/schema.prisma', 'prisma/config.ts'],
    outputs: ['prisma/generated/client/client.ts'],
    run: () => node('node_modules/prisma/build/index.js', 'generate', '--config', 'prisma/config.ts'),
  },
  {
    name: 'creating the embedded database',
    stamp: 'template',
    inputs: ['package-lock.json', 'prisma/migrations', 'server/embedded'],
    outputs: ['node_modules/.inmor/database/PG_VERSION'],
    run: () => node('server/embedded/template.ts'),
  },
  {
    name: 'building the console',
    stamp: 'console',
    inputs: [
      'package-lock.json',
      'schema.graphql',
      'codegen.ts',
      'federation/core',
      'docs/api.md',
      'docs/examples/documents',
      'docs/reference',
      'web',
    ],
    outputs: ['web/build/200.html'],
    run: () => {
      node('node_modules/@graphql-codegen/cli/cjs/bin.js', '--config', 'codegen.ts', '--silent')
      node({ cwd: at('web') }, '../node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn')
    },
  },
]

const wanted = process.argv.slice(2)
for (const step of steps.filter(({ stamp }) => wanted.length === 0 || wanted.includes(stamp))) {
  const key = fingerprint(step.inputs)
  const file = join(stamps, step.stamp)
  const isCurrent = step.outputs.every((output) => existsSync(at(output))) && read(file) === key
  if (isCurrent) continue
  console.log(`inmor: ${step.name}`)
  step.run()
  mkdirSync(stamps, { recursive: true })
  writeFileSync(file, key)
}
if (wanted.length === 0) linkCommands()

/** Lets `npx inmor` find the project's own commands, as it would those of a dependency. */
function linkCommands() {
  const { bin } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  for (const [name, target] of Object.entries(bin)) {
    const link = at('node_modules', '.bin', name)
    if (existsSync(link)) continue
    chmodSync(at(target), 0o755)
    rmSync(link, { force: true })
    symlinkSync(relative(at('node_modules', '.bin'), at(target)), link)
  }
}

function npm(...args) {
  run(process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'], args, { cwd: root })
}

function node(...args) {
  const options = typeof args[0] === 'object' ? args.shift() : { cwd: root }
  run(
    [at('node_modules', 'node', 'bin', 'node')],
    ['--disable-warning=ExperimentalWarning', ...args],
    options,
  )
}

/** Says what a command printed only when it fails. */
function run([command, ...first], args, options) {
  const env = { ...process.env, PATH: `${at('node_modules', '.bin')}${delimiter}${process.env.PATH}` }
  const result = spawnSync(command, [...first, ...args], { ...options, env, encoding: 'utf8' })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}\n`)
  process.stderr.write(`inmor: ${[command, ...first, ...args].join(' ')} failed\n`)
  process.exit(1)
}

/** A hash of the content of files and folders; generated parts of a folder do not count. */
function fingerprint(paths) {
  const hash = createHash('sha256')
  for (const path of paths)
    for (const file of files(path)) hash.update(`${file}\0`).update(readFileSync(at(file)))
  return hash.digest('hex')
}

function files(path) {
  if (/(^|\/)(build|\.svelte-kit|gql|node_modules)$/.test(path)) return []
  const entries = isDirectory(path) ? readdirSync(at(path)).sort() : null
  return entries === null ? [path] : entries.flatMap((entry) => files(`${path}/${entry}`))
}

function isDirectory(path) {
  try {
    readdirSync(at(path))
    return true
  } catch {
    return false // a file
  }
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}
