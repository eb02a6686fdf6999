/** Names the files of the key directory. */
export const keyDirectoryFiles = {
  /** The current private key, mode 0600. */
  private: 'private.json',
  /** The next private key, mode 0600. Its public part is already published (§11.2). */
  next: 'next.json',
  /** Folder of `{kid}.json`: published public keys. */
  publicKeys: 'publickeys',
  /** Folder of `{kid}.json`: retired and revoked public keys, with `iat`, `exp` and `revoked` (§8.7). */
  historicalKeys: 'historical_keys',
} as const

/** Formats the file name of a public key. The encoding keeps any `kid` inside the folder. */
export function formatFileName(kid: string): string {
  return `${encodeURIComponent(kid)}.json`
}
