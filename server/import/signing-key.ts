/** Reports which keys of the old installation are missing in the key directory. Keys are copied by hand, not imported. */
import { isJsonObject } from '#core/json.ts'
import type { InmorContent } from '#server/import/content.ts'
import { failed, type ImportContext, type Outcome, unchanged } from '#server/import/step.ts'
import { claimsOf } from '#server/import/unverified.ts'

/** Published key ids, and whether each is a historical key. */
export function keysOf({
  configuration,
  historicalKeys,
}: InmorContent): [kid: string, isHistorical: boolean][] {
  const { jwks } = claimsOf(configuration) ?? {}
  const published = isJsonObject(jwks) ? kidsOf(jwks.keys) : []
  const historical = kidsOf(claimsOf(historicalKeys)?.keys)
  return [
    ...published.map((kid): [string, boolean] => [kid, false]),
    ...historical.filter((kid) => !published.includes(kid)).map((kid): [string, boolean] => [kid, true]),
  ]
}

export function checkKey({ signingKeys }: ImportContext, kid: string, isHistorical: boolean): Outcome {
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
