/** `inmor keygen`: generates a signing key, or a key for answers, like `inmor-keygeneration`, also in the place of an anchor. */
import { Option } from 'commander'
import { signingAlgorithms } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { storeNames } from '#federation/key-store/store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { aboutAnchor, orOfAnchor } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { answersAdvice, generateKey } from '#store/key-generation.ts'

export const keygenCommand = aboutAnchor(command('keygen'))
  .addOption(
    new Option('--type <algorithm>', 'its algorithm').choices(signingAlgorithms).makeOptionMandatory(),
  )
  .addOption(
    new Option('--output <directory>', 'the key directory, instead of that of an anchor').conflicts('anchor'),
  )
  .addOption(new Option('--store <store>', 'where to create it (default: KEY_STORE)').choices(storeNames))
  .option(
    '--existing <id>',
    'use this key of the store instead of a new one: its CKA_ID in hexadecimal digits, or its id in AWS KMS',
  )
  .option('--answers', 'generate a key of the federation server for its answers instead', false)
  .option('--force', 'replace an existing key; its signatures can no longer be verified', false)
  .action(async (options) => {
    const directory = await orOfAnchor('--output', options.output, options, ({ keys }) => keys.directory)
    const stores = createKeyStores(readKeyStoreSettings())
    const store = options.store ?? stores.preferred
    const purpose = options.answers ? ('answers' as const) : ('statements' as const)
    const { existing, force } = options
    const request = { alg: options.type, store, existing, purpose, force }
    const { kid, what, ...files } = await generateKey(stores, directory, request).finally(stores.close)
    const lines = [
      `${options.type} signing key ${kid}`,
      `${what}: ${files.privateFile}`,
      `public key:  ${files.publicFile}`,
      ...(options.answers ? [answersAdvice] : []),
    ]
    print(options, { kid, alg: options.type, store, ...files }, lines.join('\n'))
  })
