#!/usr/bin/env node
// Makes a clone ready: installs, generates and builds what is missing or out of date, and nothing else. Arguments name
// the steps; without any, these are the steps of `npm run build`.
// Plain JavaScript without dependencies, because it runs before anything is installed, on Node 20 too.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const at = (...path) => join(root, ...path)

/** The packages bring a Node for systems whose own is older than this (docs/decisions/0020-node-as-dependency.md). */
const OLDEST_NODE = [24, 6]
const ownNode = at('node_modules', '.bin', 'node')
/** npm puts our own Node in front of the system's. */
const isOwnNode = process.execPath.startsWith(join(realpathSync(root), 'node_modules'))
const needsOwnNode = isOwnNode || isOlder(process.versions.node.split('.').map(Number), OLDEST_NODE)

/** A step is repeated when an input changes or an output is missing. Its stamp keeps the hash of the inputs. */
const steps = {
  install: {
    title: 'installing the packages that run',
    stamp: 'node_modules/.inmor/install',
    inputs: ['package-lock.json'],
    outputs: needsOwnNode ? ['node_modules/.bin/node'] : [],
    run: async () => {
      await npm('.', ...(needsOwnNode ? [] : ['--omit=optional']))
      if (needsOwnNode && !existsSync(ownNode)) fail(noNode())
    },
  },
  prisma: {
    title: 'generating the database client',
    stamp: 'node_modules/.inmor/prisma',
    inputs: ['package-lock.json', 'prisma/schema.prisma', 'prisma/generate.ts'],
    outputs: ['prisma/generated/client/client.ts'],
    run: () => node('.', 'prisma/generate.ts'),
  },
  template: {
    title: 'creating the embedded database',
    stamp: 'node_modules/.inmor/template',
    inputs: ['package-lock.json', 'prisma/migrations', 'server/embedded'],
    outputs: ['node_modules/.inmor/database/PG_VERSION'],
    run: () => node('.', 'server/embedded/template.ts'),
  },
  web: {
    title: 'installing the packages that build the console',
    stamp: 'web/node_modules/.inmor',
    inputs: ['web/package-lock.json'],
    outputs: [],
    run: () => npm('web'),
  },
  console: {
    title: 'building the console',
    stamp: 'node_modules/.inmor/console',
    inputs: ['package-lock.json', 'schema.graphql', 'codegen.ts', 'federation/core', 'web'],
    outputs: ['web/build/200.html'],
    run: buildConsole,
  },
  test: {
    title: 'installing the packages that test',
    stamp: 'test/node_modules/.inmor',
    inputs: ['test/package-lock.json'],
    outputs: [],
    run: () => npm('test'),
  },
}

/** What `npm start` needs before its servers answer; it builds the console while they do. */
const groups = { start: ['install', 'prisma', 'template'], console: ['web', 'console'] }
const all = [...groups.start, ...groups.console]

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'))
const names = process.argv.slice(2).filter((argument) => !options.includes(argument))
const wanted = names.length === 0 ? all : names.flatMap((name) => groups[name] ?? [name])
if (options.includes('--with-parent')) endWithParent()
for (const name of wanted) {
  if (!isCurrent(steps[name])) await make(name)
  if (name === 'install') link()
}
// A console of other sources is not shown while the new one is built.
if (names.includes('start') && !isCurrent(steps.console))
  rmSync(at('web/build'), { recursive: true, force: true })

function isCurrent({ stamp, inputs, outputs }) {
  return outputs.every((output) => existsSync(at(output))) && read(at(stamp)) === fingerprint(inputs)
}

async function make(name) {
  const { title, stamp, inputs, run } = steps[name]
  const order = [...new Set([...all, ...wanted])]
  const stop = showTime(`inmor: ${order.indexOf(name) + 1}/${order.length} ${title} …`)
  const key = fingerprint(inputs)
  await run()
  mkdirSync(dirname(at(stamp)), { recursive: true })
  writeFileSync(at(stamp), key)
  stop()
}

/** Shows the seconds while they pass on a terminal, and at the end elsewhere. */
function showTime(line) {
  const begun = performance.now()
  const seconds = () => `${Math.round((performance.now() - begun) / 1000)} s`
  if (!process.stdout.isTTY) {
    console.log(line)
    return () => console.log(`${line} ${seconds()}`)
  }
  const show = () => process.stdout.write(`\r${line} ${seconds()}`)
  show()
  const timer = setInterval(show, 1000)
  return () => {
    clearInterval(timer)
    show()
    process.stdout.write('\n')
  }
}

/** Builds beside the present console and then takes its place, because the admin server serves it at any moment. */
async function buildConsole() {
  const [unfinished, old] = [at('web/.svelte-kit/console'), at('web/.svelte-kit/old-console')]
  await node('.', 'web/codegen/generate.ts', 'codegen.ts')
  process.env.CONSOLE_FOLDER = unfinished
  await node('web', 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn')
  rmSync(old, { recursive: true, force: true })
  if (existsSync(at('web/build'))) renameSync(at('web/build'), old)
  renameSync(unfinished, at('web/build'))
  rmSync(old, { recursive: true, force: true })
}

/** Puts the project's commands beside those of its packages, and lets `web` and `test` import from its other folders. */
function link() {
  const { name, bin } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  const links = Object.entries(bin).map(([command, target]) => [`.bin/${command}`, target])
  for (const [link, target] of [...links, [name, '.']]) {
    const place = at('node_modules', link)
    if (existsSync(place) || !existsSync(at(target))) continue // an image installs before it has the sources
    if (target !== '.') chmodSync(at(target), 0o755)
    rmSync(place, { force: true })
    symlinkSync(relative(dirname(place), at(target)), place)
  }
}

/** No package of ours needs a script to be installed. */
function npm(folder, ...args) {
  const command = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  return run(folder, [...command, 'ci', '--ignore-scripts', ...quiet, ...args])
}

function node(folder, ...args) {
  const program = existsSync(ownNode) ? ownNode : process.execPath
  return run(folder, [program, '--disable-warning=ExperimentalWarning', ...args])
}

/** Says what a command printed only when it fails. */
async function run(folder, [command, ...args]) {
  const env = { ...process.env, PATH: `${at('node_modules', '.bin')}${delimiter}${process.env.PATH}` }
  const child = spawn(command, args, { cwd: at(folder), env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  const error = await new Promise((resolve) => {
    child.once('error', resolve)
    child.once('close', (code) => resolve(code === 0 ? null : ''))
  })
  if (error !== null) fail(`${output}${error}\ninmor: ${[command, ...args].join(' ')} failed`)
}

function fail(message) {
  process.stderr.write(`${process.stdout.isTTY ? '\n' : ''}${message}\n`)
  process.exit(1)
}

function noNode() {
  const platform = `${process.platform}-${process.arch}`
  return `inmor: There is no Node for ${platform} among the packages. Install Node ${OLDEST_NODE.join('.')} or newer, and run this again.`
}

/** Ends this process and those that it has started when the parent has gone, however that ended. */
function endWithParent() {
  process.stdin.resume().once('close', () => process.kill(-process.pid, 'SIGTERM'))
  process.stdin.unref()
}

function isOlder([major, minor], [leastMajor, leastMinor]) {
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
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
