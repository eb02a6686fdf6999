/** A token behind a PKCS#11 module, and its sessions: each signs one thing at a time. */
import type { JWK } from 'jose'
import type { Cryptoki, Module } from './cryptoki.ts'
import { loadPackage } from './package.ts'
import { keyPair, marksOf, mechanismsOf, publicAttributes, signature, toJwk } from './pkcs11-keys.ts'
import {
  NO_MECHANISM,
  NO_SUCH_KEY,
  NO_SUCH_TOKEN,
  NOT_LOADED,
  type OpenToken,
  TokenError,
  type TokenValue,
  UNFIT_KEY,
} from './pkcs11-message.ts'
import { findStoreAlgorithm, type StoreAlgorithm } from './signature.ts'

/** More than any signature that we ask for: those of ML-DSA-87 have 4,627. */
const MAX_SIGNATURE_BYTES = 5_120
/** Objects of one CKA_ID: a public and a private key. */
const MAX_OBJECTS = 16

/** @throws TokenError, and errors of the module, whose message is a code such as CKR_PIN_INCORRECT */
export function openToken({ module: file, slot: wanted, pin, sessions: maximum }: OpenToken) {
  // The package has no types here, because it is optional.
  const ck = loadPackage('pkcs11js') as Cryptoki
  const module = loadModule(ck, file)
  const slot = findSlot(ck, module, wanted)
  const mechanisms = new Set(module.C_GetMechanismList(slot))
  const open = () => module.C_OpenSession(slot, ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION)
  const first = open()
  module.C_Login(first, ck.CKU_USER, pin) // all sessions of the process share it
  const free = [first]
  const waiting: ((session: Buffer) => void)[] = []
  let opened = 1

  function take(): Buffer | Promise<Buffer> {
    const session = free.pop() ?? openAnother()
    return session ?? new Promise((resolve) => waiting.push(resolve))
  }

  /** Undefined if there are enough, or if other clients of the token hold the rest: then ours are used in turn. */
  function openAnother(): Buffer | undefined {
    if (opened >= maximum) return undefined
    try {
      const session = open()
      opened += 1
      return session
    } catch (error) {
      if (error instanceof Error && error.message === 'CKR_SESSION_COUNT') return undefined
      throw error
    }
  }

  async function inSession<T>(work: (session: Buffer) => T | Promise<T>): Promise<T> {
    const session = await take()
    try {
      return await work(session)
    } finally {
      const next = waiting.shift()
      if (next) next(session)
      else free.push(session)
    }
  }

  const privateKeys = new Map<string, Buffer>()

  function readPublic(session: Buffer, key: Buffer, kind: StoreAlgorithm): JWK {
    const values = module.C_GetAttributeValue(session, key, publicAttributes(ck, kind))
    return toJwk(
      kind,
      values.map(({ value }) => value),
    )
  }

  /** Null if the token does not have the attribute. */
  function readFlag(session: Buffer, key: Buffer, type: number): boolean | null {
    try {
      const [flag] = module.C_GetAttributeValue(session, key, [{ type }])
      return flag?.value.length === 1 ? flag.value[0] === 1 : null
    } catch (error) {
      if (error instanceof Error && error.message === 'CKR_ATTRIBUTE_TYPE_INVALID') return null
      throw error
    }
  }

  function isOf(session: Buffer, key: Buffer, kind: StoreAlgorithm): boolean {
    return marksOf(ck, kind).every(({ type, values }) => {
      const [attribute] = module.C_GetAttributeValue(session, key, [{ type }])
      return values.some((value) => attribute?.value.equals(value))
    })
  }

  /** Without `kind`, both parts of the key. */
  function find(session: Buffer, id: string, kind?: number): Buffer[] {
    const own = { type: ck.CKA_ID, value: Buffer.from(id, 'hex') }
    const template = kind === undefined ? [own] : [own, { type: ck.CKA_CLASS, value: kind }]
    module.C_FindObjectsInit(session, template)
    try {
      return module.C_FindObjects(session, MAX_OBJECTS)
    } finally {
      module.C_FindObjectsFinal(session)
    }
  }

  function findPrivateKey(session: Buffer, id: string): Buffer {
    const key = privateKeys.get(id) ?? find(session, id, ck.CKO_PRIVATE_KEY)[0]
    if (!key) throw withoutKey(id)
    privateKeys.set(id, key)
    return key
  }

  return {
    generate: (alg: string, id: string): Promise<TokenValue> =>
      inSession(async (session) => {
        const kind = requireAlgorithm(alg)
        const needed = mechanismsOf(ck, kind)
        if (!needed.every((each) => mechanisms.has(each))) throw withoutMechanism(alg)
        const { maxKeySize } = module.C_GetMechanismInfo(slot, needed[0])
        const template = keyPair(ck, kind, Buffer.from(id, 'hex'), maxKeySize)
        const { mechanism, publicTemplate, privateTemplate } = template
        const keys = await module.C_GenerateKeyPairAsync(session, mechanism, publicTemplate, privateTemplate)
        return { jwk: readPublic(session, keys.publicKey, kind) }
      }),

    adopt: (alg: string, id: string): Promise<TokenValue> =>
      inSession((session) => {
        const kind = requireAlgorithm(alg)
        const [signs] = module.C_GetAttributeValue(session, findPrivateKey(session, id), [
          { type: ck.CKA_SIGN },
        ])
        const [publicKey] = find(session, id, ck.CKO_PUBLIC_KEY)
        if (!publicKey)
          throw unfit(id, 'has no public part in the token. Import it with the tool of its vendor')
        if (!isOf(session, publicKey, kind)) throw unfit(id, `is no key for ${alg}`)
        if (signs?.value[0] !== 1) throw unfit(id, 'may not sign')
        return { jwk: readPublic(session, publicKey, kind) }
      }),

    sign: (alg: string, id: string, toSign: Uint8Array): Promise<TokenValue> =>
      inSession(async (session) => {
        const { mechanism, data } = signature(ck, requireAlgorithm(alg), toSign)
        module.C_SignInit(session, mechanism, findPrivateKey(session, id))
        return { signature: await module.C_SignAsync(session, data, Buffer.alloc(MAX_SIGNATURE_BYTES)) }
      }),

    describe: (id: string): Promise<TokenValue> =>
      inSession((session) => {
        const key = findPrivateKey(session, id)
        return {
          attributes: {
            isExtractable: readFlag(session, key, ck.CKA_EXTRACTABLE),
            isSensitive: readFlag(session, key, ck.CKA_SENSITIVE),
            isMadeInStore: readFlag(session, key, ck.CKA_LOCAL),
          },
        }
      }),

    destroy: (id: string): Promise<TokenValue> =>
      inSession((session) => {
        privateKeys.delete(id)
        for (const object of find(session, id)) module.C_DestroyObject(session, object)
        return {}
      }),
  }
}

function loadModule(ck: Cryptoki, file: string): Module {
  const module = new ck.PKCS11()
  try {
    module.load(file)
  } catch {
    throw new TokenError(NOT_LOADED, `The PKCS#11 module ${file} cannot be loaded. Check PKCS11_MODULE.`)
  }
  module.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK }) // signatures run in several threads
  return module
}

/** By its number or the label of its token; the only initialized token without a name. */
function findSlot(ck: Cryptoki, module: Module, wanted: string | null): Buffer {
  const tokens = module
    .C_GetSlotList(true)
    .map((slot) => {
      const { label, flags } = module.C_GetTokenInfo(slot)
      return { slot, flags, names: [slot.readBigUInt64LE().toString(), label.trim()] }
    })
    .filter(({ flags }) => (flags & ck.CKF_TOKEN_INITIALIZED) !== 0)
  const meant = tokens.filter(({ names }) => wanted === null || names.includes(wanted))
  const [only, ...others] = meant
  if (only && others.length === 0) return only.slot
  const known = tokens.map(({ names }) => names.toReversed().join(' in slot ')).join(', ')
  const have = known === '' ? 'The module has no initialized token' : `The module has the tokens ${known}`
  const which = wanted === null ? 'one' : `"${wanted}"`
  throw new TokenError(NO_SUCH_TOKEN, `${have}. Initialize ${which}, or name another one with PKCS11_SLOT.`)
}

function requireAlgorithm(alg: string): StoreAlgorithm {
  const found = findStoreAlgorithm(alg)
  if (!found) throw withoutMechanism(alg)
  return found
}

const unfit = (id: string, finding: string) =>
  new TokenError(UNFIT_KEY, `The key with the CKA_ID ${id} ${finding}.`)

const withoutKey = (id: string) =>
  new TokenError(
    NO_SUCH_KEY,
    `The token has no private key with the CKA_ID ${id}. Check PKCS11_SLOT, or restore the token from its backup.`,
  )

const withoutMechanism = (alg: string) =>
  new TokenError(NO_MECHANISM, `The token cannot sign with ${alg}. Use another algorithm, or another store.`)
