/** Imports an inmor installation object by object. A second import finds everything unchanged. */
import { FederationError } from '#core/errors.ts'
import { isJsonObject } from '#core/json.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { OperationError } from '#server/error/operation-error.ts'
import { claimsOf, type InmorContent } from '#server/import/content.ts'
import { importSetting, settingsOf } from '#server/import/setting.ts'
import { importStatusList } from '#server/import/status-list.ts'
import {
  failed,
  type ImportContext,
  type ImportItem,
  type ImportKind,
  type Outcome,
  unchanged,
} from '#server/import/step.ts'
import { importSubordinate } from '#server/import/subordinate.ts'
import { importIssuedHashes, importTrustMark } from '#server/import/trust-mark.ts'
import { importTrustMarkType } from '#server/import/trust-mark-type.ts'

/** Imports in the order of references, and yields the result of each object. */
export async function* importInmor(
  context: ImportContext,
  content: InmorContent,
): AsyncGenerator<ImportItem> {
  for (const [kid, isHistorical] of keysOf(content)) {
    yield await attempt('SigningKey', kid, () => checkKey(context, kid, isHistorical))
  }
  for (const setting of settingsOf(content, context.entityId)) {
    yield await attempt('Setting', setting[0], () => importSetting(context, setting))
  }
  for (const source of content.trustMarkTypes) {
    yield await attempt('TrustMarkType', source.type, () =>
      importTrustMarkType(context, source, content.trustMarks),
    )
  }
  for (const source of content.subordinates) {
    yield await attempt('Subordinate', source.entityId, () => importSubordinate(context, source))
  }
  for (const source of content.statusLists) {
    yield await attempt('StatusList', String(source.number), () => importStatusList(context, source))
  }
  for (const source of content.trustMarks) {
    yield await attempt('TrustMark', `${source.type} ${source.entityId}`, () =>
      importTrustMark(context, source),
    )
  }
  yield await attempt('IssuedTrustMarks', 'every JWT ever issued', () => importIssuedHashes(context, content))
}

/** A failure of one object does not stop the others. */
async function attempt(
  kind: ImportKind,
  resource: string,
  work: () => Outcome | Promise<Outcome>,
): Promise<ImportItem> {
  try {
    return { kind, resource, ...(await work()) }
  } catch (error) {
    const isExpected = [FederationError, FetchError, OperationError].some((type) => error instanceof type)
    if (!isExpected) throw error
    return { kind, resource, ...failed((error as Error).message) } // of one of these classes
  }
}

/** Published key ids, and whether each is a historical key. */
function keysOf({ configuration, historicalKeys }: InmorContent): [kid: string, isHistorical: boolean][] {
  const { jwks } = claimsOf(configuration) ?? {}
  const published = isJsonObject(jwks) ? kidsOf(jwks.keys) : []
  const historical = kidsOf(claimsOf(historicalKeys)?.keys)
  return [
    ...published.map((kid): [string, boolean] => [kid, false]),
    ...historical.filter((kid) => !published.includes(kid)).map((kid): [string, boolean] => [kid, true]),
  ]
}

function checkKey({ signingKeys }: ImportContext, kid: string, isHistorical: boolean): Outcome {
  const { published, historical } = signingKeys.current()
  if ([...published.keys, ...historical].some((key) => key.kid === kid)) return unchanged
  const place = isHistorical ? 'historical_keys' : 'publickeys'
  return failed(
    `Missing in the key directory. Copy its file from ${place}; otherwise its signatures cannot be verified.`,
  )
}

function kidsOf(keys: unknown): string[] {
  if (!Array.isArray(keys)) return []
  return keys.filter(isJsonObject).flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : []))
}
