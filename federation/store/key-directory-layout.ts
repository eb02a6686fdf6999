/** Where each file of the key directory lies. */
export const keyDirectoryFiles = {
  /** The private key that signs now, mode 0600. */
  private: 'private.json',
  /** The private key that will sign next; its public part is published already (§11.2). */
  next: 'next.json',
  /** Folder of `{kid}.json`: public keys that are published. */
  publicKeys: 'publickeys',
  /** Folder of `{kid}.json`: retired and revoked public keys, with `iat`, `exp` and `revoked` (§8.7). */
  historicalKeys: 'historical_keys',
} as const

/** The name of a public key's file. A thumbprint stays as it is; a `kid` of another make must not leave the folder. */
export function keyFileName(kid: string): string {
  return `${encodeURIComponent(kid)}.json`
}
