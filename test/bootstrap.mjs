#!/usr/bin/env node
// Finds the programs that tests start, or installs them where that is ours to do: as root on Debian or Ubuntu.
// Plain JavaScript without dependencies, for the machine's own Node.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Any of the commands will do. A running Redis is no substitute: tests stop and restart their own. */
const needs = [
  { what: 'redis-server', commands: ['redis-server'], package: 'redis-server' },
  {
    what: 'Chromium',
    commands: ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'],
    package: 'chromium-headless-shell',
  },
  { what: 'ps', commands: ['ps'], package: 'procps' },
  { what: 'openssl', commands: ['openssl'], package: 'openssl' },
  { what: 'Python', commands: ['python3'], package: 'python3' },
  { what: 'curl', commands: ['curl'], package: 'curl' },
  { what: 'jq', commands: ['jq'], package: 'jq' },
  // Without these, their tests are skipped with a reason.
  { what: 'age', commands: ['age'], package: 'age', optional: true },
  { what: 'SoftHSM', commands: ['softhsm2-util'], package: 'softhsm2', optional: true },
  { what: 'nginx', commands: ['nginx'], package: 'nginx-light', optional: true },
  { what: 'Apache', commands: ['apache2'], package: 'apache2-bin', optional: true },
  { what: 'Caddy', commands: ['caddy'], package: 'caddy', optional: true },
  { what: 'rsync', commands: ['rsync'], package: 'rsync', optional: true },
  { what: 'wrk', commands: ['wrk'], package: 'wrk', optional: true },
  { what: 'xmlsec1', commands: ['xmlsec1'], package: 'xmlsec1', optional: true },
]

// Servers lie in /usr/sbin, which is not on every PATH.
const folders = [...process.env.PATH.split(delimiter), '/usr/sbin']
const isThere = (command) => folders.some((folder) => existsSync(join(folder, command)))
const findMissing = () => needs.filter(({ commands }) => !commands.some(isThere))

const missing = findMissing()
if (missing.length > 0 && process.getuid?.() === 0 && isThere('apt-get')) {
  const packages = missing.map((need) => need.package)
  console.log(`inmor: installing ${packages.join(', ')} for the tests`)
  apt('update')
  // One by one, so that one that this distribution does not have keeps no other away.
  for (const name of packages) apt('install', '--yes', '--no-install-recommends', name)
}
const lacking = findMissing().filter(({ optional }) => !optional)
if (lacking.length > 0) {
  const names = lacking.map(({ what }) => what).join(', ')
  const packages = lacking.map((need) => need.package).join(' ')
  console.error(
    `The tests need programs that are not on the PATH: ${names} (on Debian: apt-get install ${packages}).`,
  )
  process.exit(1)
}

/** Says what apt-get printed only when it fails. */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stdout, stderr } = spawnSync('apt-get', ['--quiet', ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`)
}
