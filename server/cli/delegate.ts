/** `inmor delegate`: signs a Trust Mark delegation with a Trust Mark Owner's key (§7.2.1). */
import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option } from 'commander'
import { parseEntityId } from '#core/entity-id.ts'
import { signJwt } from '#core/jws.ts'
import { parsePrivateJwk } from '#core/keys.ts'
import { buildDelegation, TRUST_MARK_DELEGATION_TYP } from '#core/trust-mark/index.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { aboutAnchor, orOfAnchor } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { parseDays } from '#server/cli/parse.ts'
import { systemClock, toUnix } from '#server/clock.ts'

const DAY = 86_400

export const delegateCommand = aboutAnchor(command('delegate'))
  .requiredOption('--key <file>', 'file with the owner’s private key as a JWK')
  .requiredOption('--owner <entity>', 'the Trust Mark Owner', parseEntity)
  .addOption(
    new Option('--issuer <entity>', 'the Trust Mark Issuer, instead of an anchor')
      .argParser(parseEntity)
      .conflicts('anchor'),
  )
  .requiredOption('--type <type>', 'the Trust Mark type')
  .option('--days <days>', 'days until it expires (default: never)', parseDays)
  .option('--ref <url>', 'link to a description')
  .action(async (options) => {
    const key = parsePrivateJwk(await readKey(options.key))
    const iat = toUnix(systemClock())
    const claims = buildDelegation({
      owner: options.owner,
      issuer: await orOfAnchor('--issuer', options.issuer, options, ({ entityId }) => entityId),
      type: options.type,
      iat,
      ...(options.days ? { exp: iat + options.days * DAY } : {}),
      ...(options.ref ? { ref: options.ref } : {}),
    })
    const delegation = await signJwt(claims, { key, typ: TRUST_MARK_DELEGATION_TYP })
    print(options, { delegation, claims }, delegation)
  })

async function readKey(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    // The parser's message would quote the key.
    throw new ConfigurationError(
      `${file} is not a readable JWK. --key needs a file with a private key in JSON.`,
    )
  }
}

function parseEntity(value: string): string {
  try {
    return parseEntityId(value, { allowHttp: true })
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message) // parsers of core throw errors only
  }
}
