/** The option `--store` of commands that create a signing key. */
import { Option } from 'commander'
import { storeNames } from '#federation/key-store/store.ts'

export const storeOption = () =>
  new Option('--store <store>', 'where to create it (default: KEY_STORE)').choices(storeNames)
