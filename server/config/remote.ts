/** Where the command line finds the API, if not in its own process. Read without zod, which takes longer than the rest. */
import { readFileSync } from 'node:fs'

export type RemoteConfig = {
  url: string
  /** Empty if it is not set. @throws an error of the system for a file that cannot be read */
  readKey(): string
}

/** Null without INMOR_URL. */
export function readRemoteConfig(
  { INMOR_URL = '', INMOR_KEY = '', INMOR_KEY_FILE = '' } = process.env,
): RemoteConfig | null {
  if (INMOR_URL === '') return null
  return {
    url: INMOR_URL,
    readKey: () => (INMOR_KEY_FILE === '' ? INMOR_KEY : readFileSync(INMOR_KEY_FILE, 'utf8').trim()),
  }
}

/** The anchor that a command is about, where no option names it. */
export const anchorInEnvironment = ({ INMOR_ANCHOR = '' } = process.env): string | undefined =>
  INMOR_ANCHOR || undefined
