#!/usr/bin/env node
/** Generates the Trust Anchor's signing key: `inmor-keygeneration --type=RS256 --output=DIR [--force]`. */
import { parseArgs } from 'node:util'
import { generateSigningKey, type SigningAlgorithm, signingAlgorithms } from '#core/keys.ts'
import { KeyFileError, writeNewKey } from '#store/key-directory.ts'

const usage = `Usage: inmor-keygeneration --type=TYPE --output=DIR [--force]

Writes a new signing key to DIR/private.json (mode 0600) and its public part to DIR/publickeys/{kid}.json.

  --type    ${signingAlgorithms.join(', ')}
  --output  the key directory; it is created if it does not exist
  --force   replace an existing private.json, which invalidates everything that it signed
`

/** Wrong arguments. */
class UsageError extends Error {}

function readArguments(args: string[]) {
  const values = parse(args)
  if (values.help) return undefined
  const type = signingAlgorithms.find((alg) => alg === values.type)
  if (!type) {
    const finding = values.type === undefined ? 'is missing' : `"${values.type}" is not supported`
    throw new UsageError(`--type ${finding}. Use ${signingAlgorithms.join(', ')}.`)
  }
  if (!values.output) throw new UsageError('--output is missing. Name the key directory.')
  return { type, output: values.output, force: values.force ?? false }
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        type: { type: 'string', short: 't' },
        output: { type: 'string', short: 'o' },
        force: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    return values
  } catch (error) {
    throw new UsageError((error as Error).message) // parseArgs throws errors only
  }
}

async function generate({ type, output, force }: { type: SigningAlgorithm; output: string; force: boolean }) {
  const key = await generateSigningKey(type)
  const { privateFile, publicFile } = await writeNewKey(output, key, { force })
  console.log(`${type} signing key ${key.kid}`)
  console.log(`Private key: ${privateFile}`)
  console.log(`Public key:  ${publicFile}`)
}

try {
  const request = readArguments(process.argv.slice(2))
  if (request) await generate(request)
  else console.log(usage)
} catch (error) {
  const isUsage = error instanceof UsageError
  if (!isUsage && !(error instanceof KeyFileError)) throw error
  console.error(isUsage ? `${error.message}\n\n${usage}` : error.message)
  process.exitCode = 1
}
