/** Names the files of the key directory. */
export const keyDirectoryFiles = {
  /** The current private key, mode 0600, or a reference to it in a key store. */
  private: 'private.json',
  /** The next private key, or a reference, as above. Its public part is already published (§11.2). */
  next: 'next.json',
  /**
   * The private key of the federation server for its answers, or a reference, as above. A key directory without
   * `private.json` serves a federation server that has one.
   */
  answers: 'answers.json',
  /** Folder of `{kid}.json`: published public keys. */
  publicKeys: 'publickeys',
  /** Folder of `{kid}.json`: published public keys that sign answers only. No anchor can have the name of this folder. */
  answerKeys: 'answer_keys',
  /** Folder of `{kid}.json`: retired and revoked public keys, with `iat`, `exp` and `revoked` (§8.7). */
  historicalKeys: 'historical_keys',
  /** Beginning of the files of replaced keys whose private part a key store has to destroy. */
  replaced: 'replaced-',
  /** Beginning of the notes of keys that a key store is about to create. */
  created: 'created-',
} as const

/** Formats the file name of a public key. The encoding keeps any `kid` inside the folder. */
export function formatFileName(kid: string): string {
  return `${encodeURIComponent(kid)}.json`
}
