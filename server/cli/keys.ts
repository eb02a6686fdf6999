/** `inmor keys`: the rollover of the signing key, step by step (§11.2). */
import { Option } from 'commander'
import { signingAlgorithms } from '#core/keys.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { commandAboutOne, groupAboutOne } from '#server/cli/about-one.ts'
import { type Attempt, command, print, withInstallation } from '#server/cli/output.ts'
import { untilPublished } from '#server/cli/publication.ts'
import { OperationError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Installation } from '#server/process/installation.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { createSigningKeyService } from '#server/services/signing-key/signing-keys.ts'
import type { HistoricalKeyView, SigningKeyView } from '#server/services/signing-key/view.ts'
import { createWriter } from '#server/services/write.ts'

type KeyService = ReturnType<typeof createSigningKeyService>

/** Publication is the server's; the command only waits for it. */
async function withKeys<T>(
  work: (keys: KeyService, installation: Installation) => Promise<T>,
  attempt?: Attempt,
): Promise<T> {
  const options = attempt ? { attempt } : {}
  return withInstallation(async (installation) => {
    const { db, keys: place } = installation
    const signingKeys = await openSigningKeys({
      ...place,
      onError: (error) => process.stderr.write(`${sentenceOf(error)}\n`),
    })
    const write = createWriter(db)
    try {
      return await work(createSigningKeyService({ db, signingKeys, write }), installation)
    } finally {
      signingKeys.close()
    }
  }, options)
}

/** One step, and whether the world knows of it. */
async function perform(
  options: { json?: boolean },
  attempt: Attempt,
  work: (keys: KeyService, caller: Caller) => Promise<SigningKeyView | HistoricalKeyView>,
  sentence: (kid: string) => string,
): Promise<void> {
  const { kid, isPublished } = await withKeys(async (keys, installation) => {
    const done = await work(keys, installation.caller)
    return { kid: 'kid' in done ? done.kid : done.key.kid, isPublished: await untilPublished(installation) }
  }, attempt).catch(sayInOptions)
  const then = isPublished ? 'It is published.' : 'It is published when the server starts.'
  print(options, { kid, isPublished }, `${sentence(kid)}\n${then}`)
}

/** The service says what to set in the words of GraphQL; here they are options and commands. */
const optionOf = [
  ['overrideReason', '--override-reason'],
  ['acceptCopies', '--accept-copies'],
  ['set emergency', 'set --emergency'],
  ['reissueTrustMarks', 'reissue-alltms'],
] as const

function sayInOptions(error: unknown): never {
  if (!(error instanceof OperationError)) throw error
  const say = (text: string, [word, option]: (typeof optionOf)[number]) => text.replace(word, option)
  throw new ConfigurationError(optionOf.reduce(say, error.message))
}

const describeKey = ({ kid, alg, state, row }: SigningKeyView) => {
  return [kid, alg, state, row?.signsSince ?? row?.createdAt ?? null] as const
}
const describePast = ({ key }: HistoricalKeyView) => {
  const state = key.revoked ? 'REVOKED' : 'RETIRED'
  return [key.kid, key.alg ?? '', state, new Date((key.revoked?.revoked_at ?? key.exp) * 1000)] as const
}

const list = command('list', 'shows every key, and since when it is what it is').action(async (options) => {
  const [rows, readOnly] = await withKeys(async (keys) => {
    const known = [...(await keys.listed()).map(describeKey), ...(await keys.historical()).map(describePast)]
    return [known, await keys.explainReadOnly()] as const
  })
  const keys = rows.map(([kid, alg, state, since]) => ({ kid, alg, state, since }))
  const lines = keys.map(
    ({ kid, alg, state, since }) => `${kid}  ${alg}  ${state}  ${since?.toISOString() ?? '-'}`,
  )
  const summary = `${keys.length} keys.${readOnly ? ` ${readOnly}` : ''}`
  print(options, { keys, readOnlyReason: readOnly }, [...lines, summary].join('\n'))
})

const announce = command('announce', 'makes the next key and publishes it; nothing is signed with it yet')
  .addOption(
    new Option('--alg <algorithm>', 'its algorithm').choices(signingAlgorithms).makeOptionMandatory(),
  )
  .action((options) =>
    perform(
      options,
      { action: 'announceSigningKey' },
      (keys, caller) => keys.announce(caller, options),
      (kid) => `Announced ${kid}.`,
    ),
  )

const switchTo = command('switch', 'signs with the announced key, when everybody can know it')
  .option('--override-reason <reason>', 'before that time, for this reason, which the audit log keeps')
  .action((options) =>
    perform(
      options,
      { action: 'switchSigningKey' },
      (keys, caller) => keys.switch(caller, options),
      (kid) => `Signing with ${kid}. Sign Trust Marks anew with reissue-alltms.`,
    ),
  )

const retire = commandAboutOne(
  'retire',
  'moves an earlier key into the history, when nothing needs it',
  'kid',
  'as list shows it',
)
  .option('--accept-copies', 'although others may hold what it signed and was replaced')
  .action((kid: string, options) =>
    perform(
      options,
      { action: 'retireKey', input: { kid } },
      (keys, caller) => keys.retire(caller, { kid, ...options }),
      () => `Retired ${kid}.`,
    ),
  )

const revoke = commandAboutOne(
  'revoke',
  'withdraws a key at once, and says why in the history',
  'kid',
  'as list shows it',
)
  .requiredOption('--reason <reason>', 'compromised, superseded, unspecified, or a word of your own')
  .option('--emergency', 'even if it signs: the announced key, or one made now, takes its place')
  .action((kid: string, options) =>
    perform(
      options,
      { action: 'revokeKey', input: { kid } },
      (keys, caller) => keys.revoke(caller, { kid, ...options }),
      () => `Revoked ${kid}. Sign Trust Marks anew with reissue-alltms.`,
    ),
  )

export const keysCommand = groupAboutOne('keys', 'rolls the signing key over')
for (const each of [list, announce, switchTo, retire, revoke]) keysCommand.addCommand(each)
