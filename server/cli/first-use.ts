/** Says which keys of an anchor are trusted because they came first. */
import { computeKeyId, type Jwk, type JwkSet } from '#core/keys.ts'

/** `option`: with which an operator names the keys instead. */
export async function describeFirstUse(
  { entityId, keys }: { entityId: string; keys: JwkSet },
  option: string,
): Promise<string> {
  const lines = await Promise.all(keys.keys.map(describeKey))
  return [
    `These keys of ${entityId} are trusted from now on. Compare their thumbprints with those that its operator shows, or name its keys with ${option}:`,
    ...lines,
  ].join('\n')
}

async function describeKey(jwk: Jwk): Promise<string> {
  const thumbprint = await computeKeyId(jwk).catch(() => 'no thumbprint: the type is unknown')
  return `  ${thumbprint} (kid ${jwk.kid})`
}
