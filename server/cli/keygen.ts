/** `inmor keygen`: generates a signing key, like `inmor-keygeneration`, also in the place of an anchor. */
import { Option } from 'commander'
import { generateSigningKey, signingAlgorithms } from '#core/keys.ts'
import { aboutAnchor, orOfAnchor } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { writeNewKey } from '#store/key-directory.ts'

export const keygenCommand = aboutAnchor(command('keygen', 'generate the signing key of a key directory'))
  .addOption(
    new Option('--type <algorithm>', 'its algorithm').choices(signingAlgorithms).makeOptionMandatory(),
  )
  .addOption(
    new Option('--output <directory>', 'the key directory, instead of that of an anchor').conflicts('anchor'),
  )
  .option('--force', 'replace an existing key; its signatures can no longer be verified', false)
  .action(async (options) => {
    const directory = await orOfAnchor('--output', options.output, options, ({ keys }) => keys.directory)
    const key = await generateSigningKey(options.type)
    const files = await writeNewKey(directory, key, { force: options.force })
    const lines = [
      `${options.type} signing key ${key.kid}`,
      `private key: ${files.privateFile}`,
      `public key:  ${files.publicFile}`,
    ]
    print(options, { kid: key.kid, alg: options.type, ...files }, lines.join('\n'))
  })
