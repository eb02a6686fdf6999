/** The content of `private.json`, `next.json` and `answers.json`: a private JWK, or a public JWK whose `store` says where the private part is. */
import { findAlgorithms } from '#core/algorithm.ts'
import { refuseAt } from '#core/errors.ts'
import { isJsonObject } from '#core/json.ts'
import { describeKey, type Jwk, parseJwk, parsePrivateJwk, toPublicJwk } from '#core/keys.ts'
import { type KeyPlaceInStore, type KeyReference, storeNames } from '#federation/key-store/store.ts'
import { keyDirectoryFiles } from './key-directory-layout.ts'
import type { NewKey } from './new-key.ts'

export type StoredKey = KeyReference | { store: 'files'; privateJwk: Jwk; publicJwk: Jwk }

export function toStoredKey(key: NewKey): StoredKey {
  return 'publicJwk' in key ? (key as KeyReference) : inFile(key) // a JWK has no such member
}

const inFile = (privateJwk: Jwk): StoredKey => {
  return { store: 'files', privateJwk, publicJwk: toPublicJwk(privateJwk) }
}

/** @throws FederationError `invalid_request` */
export function parseStoredKey(value: unknown): StoredKey {
  if (!isJsonObject(value) || !('store' in value)) return inFile(parsePrivateJwk(value))
  const { store: _, ...rest } = value
  const place = parseStorePlace(value)
  const isAdopted = isJsonObject(value.store) && value.store.adopted === true
  const publicJwk = parseJwk(rest, ['public key'])
  if (findAlgorithms(publicJwk).length === 0) {
    throw refuseAt(['public key'], `cannot sign: no supported algorithm fits it (${describeKey(publicJwk)})`)
  }
  return { publicJwk, ...place, ...(isAdopted ? { isAdopted } : {}) }
}

/** Where a key is, from the member `store`. @throws FederationError `invalid_request` */
export function parseStorePlace(value: unknown): KeyPlaceInStore {
  const { name, id } = isJsonObject(value) && isJsonObject(value.store) ? value.store : {}
  const known = storeNames.filter((each) => each !== 'files')
  const found = known.find((each) => each === name)
  if (!found || typeof id !== 'string' || id === '') {
    throw refuseAt(['store'], `must name a key store (${known.join(' or ')}) and the id of a key there`)
  }
  return { store: found, id }
}

/** As above, for `answers.json`: an operator may copy the wrong part of the pair. @throws FederationError `invalid_request` */
export function parseAnswersKey(value: unknown): StoredKey {
  if (!isPublicKey(value)) return parseStoredKey(value)
  const message = `is a public key, but a private key or a reference to one is required. Move it to the folder ${keyDirectoryFiles.answerKeys}`
  throw refuseAt(['key for answers'], message)
}

function isPublicKey(value: unknown): boolean {
  if (!isJsonObject(value) || 'store' in value) return false
  try {
    parseJwk(value)
    return true
  } catch {
    return false
  }
}

/** The JSON object to write. */
export function formatStoredKey(key: StoredKey): object {
  if (key.store === 'files') return key.privateJwk
  const { publicJwk, store: name, id, isAdopted } = key
  return { ...publicJwk, store: { name, id, ...(isAdopted ? { adopted: true } : {}) } }
}
