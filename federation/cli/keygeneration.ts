#!/usr/bin/env node
/** Generates the Trust Anchor's signing key, or a key for answers: `inmor-keygeneration --type=RS256 --output=DIR`. */
import { signingAlgorithms } from '#core/keys.ts'
import { KeyFileError } from '#store/key-directory.ts'
import { answersAdvice, generateKey, type KeyRequest } from '#store/key-generation.ts'
import { parseCommandLine, UsageError } from '../config/command-line.ts'
import { ConfigurationError } from '../config/error.ts'
import { readKeyStoreSettings } from '../config/key-store.ts'
import { KeyStoreError, storeNames } from '../key-store/store.ts'
import { createKeyStores } from '../key-store/stores.ts'

const usage = `Usage: inmor-keygeneration --type=TYPE --output=DIR [--answers] [--store=STORE [--existing=ID]] [--force]

Writes a new signing key to DIR/private.json (mode 0600) and its public part to DIR/publickeys/{kid}.json.

  --type    ${signingAlgorithms.join(', ')}
  --output  the key directory; it is created if it does not exist
  --answers a key of the federation server for its answers instead: DIR/answers.json and DIR/answer_keys/{kid}.json
  --store   ${storeNames.join(', ')}: where to create it (default: KEY_STORE). Only files writes the private key itself;
            the others write a reference to it
  --existing
            the id of a key that is in the store already: the CKA_ID in hexadecimal digits, or the id in AWS KMS. It is used
            instead of a new one, and never destroyed
  --force   replace an existing key, which invalidates everything that it signed
`

function readArguments(args: string[]) {
  const { values } = parse(args)
  if (values.help) return undefined
  const type = signingAlgorithms.find((alg) => alg === values.type)
  if (!type) {
    const finding = values.type === undefined ? 'is missing' : `"${values.type}" is not supported`
    throw new UsageError(`--type ${finding}. Use ${signingAlgorithms.join(', ')}.`)
  }
  if (!values.output) throw new UsageError('--output is missing. Name the key directory.')
  const store = storeNames.find((name) => name === values.store)
  if (values.store !== undefined && !store) {
    throw new UsageError(`--store "${values.store}" is not known. Use ${storeNames.join(', ')}.`)
  }
  const { answers = false, force = false, output, existing } = values
  return { type, store, output, existing, answers, force }
}

const parse = (args: string[]) =>
  parseCommandLine({
    args,
    options: {
      type: { type: 'string', short: 't' },
      output: { type: 'string', short: 'o' },
      store: { type: 'string' },
      existing: { type: 'string' },
      answers: { type: 'boolean' },
      force: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })

type Request = NonNullable<ReturnType<typeof readArguments>>

async function generate({ type: alg, output, store, existing, answers, force }: Request): Promise<void> {
  const stores = createKeyStores(readKeyStoreSettings())
  const purpose = answers ? 'answers' : 'statements'
  const request: KeyRequest = { alg, store: store ?? stores.preferred, existing, purpose, force }
  const { kid, what, privateFile, publicFile } = await generateKey(stores, output, request).finally(
    stores.close,
  )
  console.log(`${alg} signing key ${kid}`)
  console.log(`${what[0]?.toUpperCase()}${what.slice(1)}: ${privateFile}`)
  console.log(`Public key:  ${publicFile}`)
  if (answers) console.log(answersAdvice)
}

try {
  const request = readArguments(process.argv.slice(2))
  if (request) await generate(request)
  else console.log(usage)
} catch (error) {
  const isUsage = error instanceof UsageError
  const spoken = [KeyFileError, KeyStoreError, ConfigurationError]
  if (!isUsage && !spoken.some((known) => error instanceof known)) throw error
  console.error(isUsage ? `${error.message}\n\n${usage}` : (error as Error).message)
  process.exitCode = 1
}
