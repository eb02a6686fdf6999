/** `inmor mirror`: keeps the files that an anchor exports, for anyone, without an account. */
import { existsSync, realpathSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { formatTime } from '#core/validity.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import type { Anchor } from '#federation/mirror/anchor.ts'
import { keep, pullWhole } from '#federation/mirror/keep.ts'
import type { Mirror, Pulled } from '#federation/mirror/pull.ts'
import { UnknownKeysError } from '#federation/mirror/refusal.ts'
import { buildMirrorApp } from '#federation/mirror/serve.ts'
import { openTarget, type Target } from '#federation/mirror/source.ts'
import { limitGarbage } from '#federation/process/heap.ts'
import { listen } from '#federation/process/listen.ts'
import { printable } from '#server/cli/api/output.ts'
import { command, createNotes, print } from '#server/cli/output.ts'
import { describeFirstUse, openPlace, type Place, parsePlace, readKeys } from '#server/cli/source.ts'
import { systemClock, toUnix } from '#server/clock.ts'

type Address = { host: string; port: number }

const INTERRUPTED = 'Interrupted. What was not copied yet is as it was.'

export const mirrorCommand = command('mirror')
  .argument(
    '<source>',
    'where the files are: the URL of the anchor or of another mirror, or a folder',
    parsePlace,
  )
  .argument('<target>', 'where to keep them: a folder', parsePlace)
  .option('--once', 'copy the present state, and end', false)
  .option('--serve <[host:]port>', 'answer requests from the files', parseAddress)
  .option('--every <seconds>', 'seconds between two looks at the source', parseSeconds, 15)
  .option('--jwks <file>', 'trust only these keys of the anchor (default: those that it has at first)')
  .option('--withdraw', 'remove the files while the anchor has keys that are not known', false)
  .option('--allow-http', 'allow http and private addresses, for tests, as ALLOW_HTTP does', false)
  .action(async (from: Place, to: Place, options) => {
    limitGarbage()
    const stopped = new AbortController()
    const { signal } = stopped
    for (const name of ['SIGINT', 'SIGTERM'])
      process.once(name, () => stopped.abort(new ConfigurationError(INTERRUPTED)))
    const pinned = await readKeys(options.jwks)
    const source = openPlace(from, options)
    try {
      const mirror: Mirror = {
        source,
        target: openPlaceTarget(to, from),
        pinned,
        withdraws: options.withdraw,
        onFirstUse: createNotice(),
        now: () => toUnix(systemClock()),
        signal,
      }
      if (options.once) {
        const pulled = await pullWhole(mirror, { isWhole: true })
        print(options, pulled, describe(pulled))
      } else await follow(mirror, options)
    } finally {
      await source.close()
    }
  })

/** @throws ConfigurationError */
function openPlaceTarget({ kind, name }: Place, from: Place): Target {
  if (kind === 'url') throw new ConfigurationError(`${name} cannot be written. Name a folder.`)
  if (from.kind === 'folder' && existsSync(name) && realpathSync(name) === realpathSync(from.name))
    throw new ConfigurationError('Source and target are the same folder. Name another target.')
  return openTarget(name)
}

async function follow(
  mirror: Mirror,
  options: { json?: boolean; serve?: Address; every: number },
): Promise<void> {
  const app = options.serve && buildMirrorApp(mirror.target.folder)
  if (app && options.serve) process.stderr.write(`Serving at ${await listen(app, options.serve)}\n`)
  const source = createNotes('Kept as it was')
  let isFirst = true
  await keep(mirror, options.every * 1_000, {
    onPulled(pulled) {
      if (pulled.written + pulled.removed === 0 && !isFirst && !source.isFailed()) return
      isFirst = false
      source.succeed()
      print(options, pulled, describe(pulled))
    },
    onFailure: (error) =>
      source.fail(error, mirror.withdraws && error instanceof UnknownKeysError ? 'Withdrawn' : undefined),
  })
  await app?.close()
}

/** Says once which keys are trusted because they came first. */
function createNotice(): (anchor: Anchor) => Promise<void> {
  let last = ''
  return async (anchor) => {
    const text = await describeFirstUse(anchor, '--jwks')
    if (text !== last) process.stderr.write(`${printable(text)}\n`)
    last = text
  }
}

const describe = ({ number, signed, written, removed }: Pulled): string =>
  `Manifest ${number} of ${formatTime(signed)}: ${written} files written, ${removed} removed.`

function parseAddress(value: string): Address {
  const at = value.lastIndexOf(':')
  const port = Number(value.slice(at + 1))
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('The port is a number to 65535.')
  return { host: at < 0 ? 'localhost' : value.slice(0, at), port }
}

function parseSeconds(value: string): number {
  const seconds = Number(value)
  if (Number.isFinite(seconds) && seconds >= 1) return seconds
  throw new InvalidArgumentError('It is a number of seconds, at least 1.')
}
