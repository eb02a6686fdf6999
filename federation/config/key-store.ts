/** The variables of key stores, which every process reads that signs. */
import { storeNames } from '#federation/key-store/store.ts'
import { choice, text, wholeNumber } from './kind.ts'
import { type Faults, readVariables, type Table, type Values } from './variable.ts'

export const keyStoreVariables = {
  keyStore: {
    names: ['KEY_STORE'],
    kind: choice(...storeNames).default('files'),
    meaning:
      'where signing keys are created: files (the key directory), pkcs11 (a hardware security module) or awskms; keys that exist stay where they are, and so does a key that replaces one in pkcs11 or awskms',
  },
  keyStoreConcurrency: {
    names: ['KEY_STORE_CONCURRENCY'],
    kind: wholeNumber(1, 256).default(16),
    meaning:
      'how many signatures pkcs11 or awskms make for this process at once; a token needs as many sessions',
  },
  keyStoreTimeout: {
    names: ['KEY_STORE_TIMEOUT'],
    kind: wholeNumber(1, 60).default(5),
    meaning: 'the seconds in which pkcs11 or awskms must sign; creating a key may take six times as long',
  },
  pkcs11Module: {
    names: ['PKCS11_MODULE'],
    kind: text.optional(),
    meaning:
      'the file of the PKCS#11 module, such as /usr/lib/softhsm/libsofthsm2.so; set it as long as a key is in a token',
  },
  pkcs11Slot: {
    names: ['PKCS11_SLOT'],
    kind: text.optional(),
    meaning: 'the number of the slot, or the label of its token; the only initialized token when not set',
  },
  pkcs11Pin: {
    names: ['PKCS11_PIN'],
    kind: text.optional(),
    meaning: 'the PIN of the user of the token',
  },
  pkcs11PinFile: {
    names: ['PKCS11_PIN_FILE'],
    kind: text.optional(),
    meaning: 'a file with that PIN, instead of PKCS11_PIN; it is read at each connection',
  },
} as const satisfies Table

type Read = Values<typeof keyStoreVariables>

export function compareKeyStore(values: Partial<Read>): Faults<typeof keyStoreVariables> {
  const { keyStore, pkcs11Module, pkcs11Pin, pkcs11PinFile } = values
  return {
    pkcs11Module:
      keyStore === 'pkcs11' &&
      !pkcs11Module &&
      `is not set; set it to ${keyStoreVariables.pkcs11Module.meaning}`,
    pkcs11Pin: Boolean(pkcs11Pin && pkcs11PinFile) && 'and PKCS11_PIN_FILE are both set; set one of them',
  }
}

/** For commands that need nothing else. @throws ConfigurationError */
export function readKeyStoreSettings(environment: NodeJS.ProcessEnv = process.env): Read {
  return readVariables(keyStoreVariables, { environment, compare: compareKeyStore })
}
