/** The option `--store` of commands that create a signing key. */
import { Option } from 'commander'
import { storeNames } from '#federation/key-store/store.ts'

export const storeOption = (by = 'KEY_STORE') =>
  new Option('--store <store>', `where to create it (default: ${by})`).choices(storeNames)

/** A key that another program made in the store. */
export const existingOption = () =>
  new Option(
    '--existing <id>',
    'use this key of the store instead of a new one: its CKA_ID in hexadecimal digits, or its id in AWS KMS',
  )

/** For a key that replaces another one. */
export const successorStoreOption = () =>
  storeOption('the store of the current key; KEY_STORE if it is in a file')
