#!/usr/bin/env node
// Finds what the tests need beyond npm packages, and installs it where that can be done without asking.
// Plain JavaScript without dependencies, on Node 20 too.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const needed = [
  { command: 'redis-server', package: 'redis-server' },
  { command: 'chromium', package: 'chromium' },
  { command: 'openssl', package: 'openssl' },
]

const isThere = ({ command }) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const missing = needed.filter((program) => !isThere(program)).map((program) => program.package)

if (missing.length > 0) {
  const isRoot = process.getuid?.() === 0
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    console.error(`The tests need ${missing.join(' and ')}; install what is missing and run them again.`)
    process.exit(1)
  }
  console.log(`inmor: installing ${missing.join(', ')} for the tests`)
  // A package must not start a service of its own: the tests start theirs.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
    const { status, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' })
    if (status === 0) continue
    console.error(`${stdout}${stderr}\napt-get ${args.join(' ')} failed`)
    process.exit(1)
  }
}
