/** `inmor keys`: the steps of a signing key rollover (§11.2). */
import { Option } from 'commander'
import { signingAlgorithms } from '#core/keys.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import type { KeyAttributes } from '#federation/key-store/store.ts'
import { commandAboutOne, groupAboutOne } from '#server/cli/about-one.ts'
import { CommandAboutOne } from '#server/cli/api/command-about-one.ts'
import { type KeyServices, withKeys } from '#server/cli/key-services.ts'
import { schedule } from '#server/cli/keys-schedule.ts'
import { type AnchorOptions, type Attempt, aboutAnchor } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { waitUntilPublished } from '#server/cli/publication.ts'
import { existingOption, successorStoreOption } from '#server/cli/store-option.ts'
import { OperationError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import type { HistoricalKeyView, SigningKeyView } from '#server/services/signing-key/view.ts'

/** Performs one step and reports whether it is published. */
async function perform(
  options: AnchorOptions,
  attempt: Attempt,
  work: (keys: KeyServices['keys'], caller: Caller) => Promise<SigningKeyView | HistoricalKeyView>,
  sentence: (kid: string) => string,
): Promise<void> {
  const publish = async ({ keys }: KeyServices, anchor: OpenAnchor) => {
    const done = await work(keys, anchor.caller)
    const kid = 'kid' in done ? done.kid : done.key.kid
    return { kid, isPublished: await waitUntilPublished(anchor) }
  }
  const { kid, isPublished } = await withKeys(options, publish, attempt).catch(rethrowWithOptions)
  const then = isPublished ? 'It is published.' : 'The server publishes it when it starts.'
  print(options, { kid, isPublished }, `${sentence(kid)}\n${then}`)
}

/** Names of the API in messages of the services -> options and commands. */
const optionOf = [
  ['overrideReason', '--override-reason'],
  ['acceptCopies', '--accept-copies'],
  ['set emergency', 'set --emergency'],
  ['reissueTrustMarks', 'reissue-alltms'],
] as const

function rethrowWithOptions(error: unknown): never {
  if (!(error instanceof OperationError)) throw error
  const replace = (text: string, [word, option]: (typeof optionOf)[number]) => text.replace(word, option)
  throw new ConfigurationError(optionOf.reduce(replace, error.message))
}

type ListedRow = Pick<SigningKeyView, 'kid' | 'alg' | 'store' | 'usableFrom'> & {
  state: string
  since: Date | null
  attributes: KeyAttributes | null
  /** The published subordinates of which nothing shows that they can verify the algorithm of an announced key. */
  unsureSubordinates: number | null
}

async function describeKey(key: SigningKeyView): Promise<ListedRow> {
  const { kid, alg, state, row, store, usableFrom } = key
  const since = row?.signsSince ?? row?.createdAt ?? null
  const unsureSubordinates = state === 'ANNOUNCED' ? await key.unsure() : null
  return { kid, alg, state, since, store, attributes: await key.attributes(), usableFrom, unsureSubordinates }
}
const describePast = ({ key }: HistoricalKeyView): ListedRow => {
  const since = new Date((key.revoked?.revoked_at ?? key.exp) * 1000)
  const { kid, alg = '', revoked } = key
  return {
    kid,
    alg,
    state: revoked ? 'REVOKED' : 'RETIRED',
    since,
    store: null,
    attributes: null,
    usableFrom: null,
    unsureSubordinates: null,
  }
}

/** Describes a key whose first signature has to wait until it is known to all. */
function describeUse({ state, usableFrom }: ListedRow): string {
  if (state !== 'ANNOUNCED' && state !== 'ANSWERS') return ''
  return usableFrom ? `  usable from ${usableFrom.toISOString()}` : '  not usable yet'
}

/** What to look at before the switch. */
function describeUnsure({ alg, unsureSubordinates: count }: ListedRow): string {
  if (!count || alg === 'RS256') return ''
  return `  not named by ${count} ${count === 1 ? 'subordinate' : 'subordinates'}`
}

/** `(not extractable)`, or `(extractable, not sensitive, imported)`. */
function describeAttributes({ attributes }: ListedRow): string {
  if (!attributes) return ''
  const { isExtractable, isSensitive, isMadeInStore } = attributes
  const words = [
    isExtractable === null ? [] : isExtractable ? 'extractable' : 'not extractable',
    isSensitive === false ? 'not sensitive' : [],
    isMadeInStore === false ? 'imported' : [],
  ].flat()
  return words.length > 0 ? ` (${words.join(', ')})` : ''
}

const list = command(
  'list',
  'list every key with its state, since when, and when a published key can sign',
).action(async (options) => {
  const [keys, readOnly, warnings] = await withKeys(options, async ({ keys }) => {
    const listed = await Promise.all((await keys.listed()).map(describeKey))
    const known = [...listed, ...(await keys.historical()).map(describePast)]
    return [known, await keys.explainReadOnly(), keys.warnings()] as const
  })
  const lines = keys.map((key) => {
    const { kid, alg, state, since, store } = key
    return `${kid}  ${alg}  ${state}  ${since?.toISOString() ?? '-'}  ${store ?? '-'}${describeAttributes(key)}${describeUse(key)}${describeUnsure(key)}`
  })
  const summary = `${keys.length} keys.${readOnly ? ` ${readOnly}` : ''}`
  const text = [...lines, ...warnings, summary].join('\n')
  print(options, { keys, readOnlyReason: readOnly, warnings }, text)
})

const announce = command('announce', 'create the next key and publish it, without signing with it')
  .addOption(
    new Option('--alg <algorithm>', 'its algorithm').choices(signingAlgorithms).makeOptionMandatory(),
  )
  .addOption(successorStoreOption())
  .addOption(existingOption())
  .action((options) =>
    perform(
      options,
      { action: 'announceSigningKey' },
      (keys, caller) => keys.announce(caller, options),
      (kid) => `Announced ${kid}.`,
    ),
  )

const switchTo = command('switch', 'start to sign with the announced key, once caches have it')
  .option('--override-reason <reason>', 'switch earlier, for this reason (kept in the audit log)')
  .action((options) =>
    perform(
      options,
      { action: 'switchSigningKey' },
      (keys, caller) => keys.switch(caller, options),
      (kid) => `Signing with ${kid}. Re-sign Trust Marks with reissue-alltms.`,
    ),
  )

const retire = commandAboutOne(
  'retire',
  'move a previous key into the history once nothing needs it',
  'kid',
  'the key id that list shows',
)
  .option('--accept-copies', 'retire it although caches may hold replaced statements and marks')
  .action((kid: string, options) =>
    perform(
      options,
      { action: 'retireKey', input: { kid } },
      (keys, caller) => keys.retire(caller, { kid, ...options }),
      () => `Retired ${kid}.`,
    ),
  )

const revoke = command('revoke', 'revoke a key immediately, with a reason in the history', CommandAboutOne)
  .argument('[kid]', 'the key id that list shows')
  .option('--current', 'the key that signs now, instead of a key id', false)
  .requiredOption('--reason <reason>', 'compromised, superseded, unspecified or a word of your own')
  .option('--emergency', 'revoke it even if it signs; a new key replaces it, and an announced key is revoked')
  .option(
    '--no-directory-exposed',
    'only this key is stolen, not the files beside it: an announced key replaces it',
  )
  .addOption(successorStoreOption())
  .action((kid: string | undefined, { current, ...options }) => {
    if (current === (kid !== undefined)) throw new ConfigurationError('Name a key id, or --current.')
    return perform(
      options,
      { action: 'revokeKey', input: { kid: kid ?? 'current' } },
      async (keys, caller) => keys.revoke(caller, { kid: kid ?? (await keys.signing()).kid, ...options }),
      (revoked) => `Revoked ${revoked}. Re-sign Trust Marks with reissue-alltms.`,
    )
  })

export const keysCommand = groupAboutOne('keys', 'manage the signing keys')
for (const each of [list, announce, switchTo, retire, revoke, schedule])
  keysCommand.addCommand(aboutAnchor(each))
