/** Keys come with their directory, not with the import; it says which of them are missing there. */
import { isJsonObject } from '#core/json.ts'
import type { InmorContent } from '#server/import/content.ts'
import { failed, type ImportContext, type Outcome, unchanged } from '#server/import/step.ts'
import { claimsOf } from '#server/import/unverified.ts'

/** `kid`s that others know, and whether they knew them as historical. */
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
    `It is not in the key directory: copy its file from ${place}, or what it signed cannot be verified.`,
  )
}

function kidsOf(keys: unknown): string[] {
  if (!Array.isArray(keys)) return []
  return keys.filter(isJsonObject).flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : []))
}
