/** Keeps keys in a token behind a PKCS#11 module, such as SoftHSM, YubiHSM, Luna or CloudHSM. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { computeKeyId } from '#core/keys.ts'
import { findPackage, missingPackage } from './package.ts'
import { startTokenProcess, type TokenProcess } from './pkcs11-child.ts'
import {
  NO_MECHANISM,
  NO_SUCH_KEY,
  NOT_LOADED,
  type TokenCall,
  TokenError,
  type TokenValue,
  UNFIT_KEY,
} from './pkcs11-message.ts'
import { findStoreAlgorithm, toSigned } from './signature.ts'
import {
  type FailureKind,
  type KeyReference,
  type KeyStore,
  KeyStoreError,
  toKeyStoreError,
} from './store.ts'

export type Pkcs11Settings = {
  module: string
  /** Its number or the label of its token; null: the only initialized token. */
  slot: string | null
  pin: string | undefined
  pinFile: string | undefined
  concurrency: number
}

const ID_BYTES = 16
/** Milliseconds for the start of the process and the log-in, which callers do not wait for. */
const START_MS = 30_000
/** Milliseconds between two restarts of the module because it does not know a key: it may have been put back. */
const LOOK_AGAIN_MS = 5_000

/** Tokens lock after a few wrong PINs, so none of these is tried again. */
const pinRefusals: Readonly<Record<string, string>> = {
  CKR_PIN_INCORRECT: 'refuses the PIN. Check PKCS11_PIN or PKCS11_PIN_FILE',
  CKR_PIN_INVALID: 'refuses the PIN. Check PKCS11_PIN or PKCS11_PIN_FILE',
  CKR_PIN_LEN_RANGE: 'refuses the PIN, whose length is wrong. Check PKCS11_PIN or PKCS11_PIN_FILE',
  CKR_PIN_EXPIRED: 'requires a new PIN. Set one with the tool of its vendor',
  CKR_PIN_LOCKED: 'is locked after wrong PINs. Unlock it with the tool of its vendor',
}

const causes: Readonly<Record<string, string>> = {
  CKR_SESSION_COUNT: 'has no free session. Lower KEY_STORE_CONCURRENCY, or close other clients',
  CKR_TOKEN_NOT_PRESENT: 'was removed. Connect it again',
  CKR_DEVICE_REMOVED: 'was removed. Connect it again',
  CKR_TOKEN_NOT_RECOGNIZED: 'is not recognized. Check that its storage can be read',
}

export function createPkcs11Store({ module, slot, pin, pinFile, concurrency }: Pkcs11Settings): KeyStore {
  let running: Promise<TokenProcess> | undefined
  let child: TokenProcess | undefined
  /** The PIN that the token refused, and why. */
  let refused: { pin: string; error: KeyStoreError } | undefined
  let lookedAt = -Infinity
  /** While the process starts and opens the token. */
  let startedAt: number | null = null

  async function readPin(): Promise<string> {
    if (pinFile === undefined) return pin ?? ''
    const text = await readFile(pinFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      const message = `PKCS11_PIN_FILE cannot be read (${error.code}). Check its owner and mode.`
      throw new KeyStoreError('lasting', message)
    })
    return text.replace(/\r?\n$/, '')
  }

  async function start(): Promise<TokenProcess> {
    if (!findPackage('pkcs11js')) throw new KeyStoreError('lasting', missingPackage('pkcs11js'))
    const present = await readPin()
    if (refused?.pin === present) throw refused.error
    const started = startTokenProcess(concurrency, () => {
      if (child === started) child = running = undefined
    })
    child = started
    startedAt = performance.now()
    try {
      await started.call({ op: 'open', token: { module, slot, pin: present, sessions: concurrency } })
      refused = undefined
      return started
    } catch (error) {
      started.kill()
      const failure = explain(error)
      if (isPinRefusal(error)) refused = { pin: present, error: failure }
      throw failure
    } finally {
      startedAt = null
    }
  }

  function connect(): Promise<TokenProcess> {
    running ??= start().catch((error: unknown) => {
      running = undefined
      throw error
    })
    return running
  }

  async function call(call: TokenCall): Promise<TokenValue> {
    const token = await connect()
    try {
      return await token.call(call)
    } catch (error) {
      const failure = explain(error, call.op)
      // A session with a removed token never recovers, and SoftHSM forgets its objects: begin again.
      if (failure.kind === 'passing') token.kill()
      if (!isMissingKey(error) || performance.now() - lookedAt < LOOK_AGAIN_MS) throw failure
      lookedAt = performance.now()
      token.kill()
      throw new KeyStoreError('passing', failure.message)
    }
  }

  /** Has the token make or find a key, and reads its public part. */
  async function read(asked: Extract<TokenCall, { op: 'generate' | 'adopt' }>): Promise<KeyReference> {
    const { alg, id } = asked
    const { jwk } = await call(asked)
    if (!jwk) throw new KeyStoreError('passing', 'The token returned no public key.')
    return { publicJwk: { ...jwk, kid: await computeKeyId(jwk), alg, use: 'sig' }, store: 'pkcs11', id }
  }

  return {
    async generate(alg, note) {
      const id = randomBytes(ID_BYTES).toString('hex')
      await note?.(id)
      return read({ op: 'generate', alg, id })
    },
    async adopt(given, alg) {
      const id = given.toLowerCase()
      if (!/^([0-9a-f]{2})+$/.test(id)) {
        const message = `"${given}" is not a CKA_ID. Write it in hexadecimal digits, as the tool of the token shows it.`
        throw new KeyStoreError('refused', message)
      }
      return { ...(await read({ op: 'adopt', alg, id })), isAdopted: true }
    },
    async sign({ id }, alg, input) {
      const kind = findStoreAlgorithm(alg)
      const data = kind ? toSigned(kind, input) : input
      const { signature } = await call({ op: 'sign', alg, id, data })
      if (!signature) throw new KeyStoreError('passing', 'The token returned no signature.')
      return signature
    },
    async describe({ id }) {
      const { attributes } = await call({ op: 'describe', id })
      if (!attributes) throw new KeyStoreError('passing', 'The token returned no attributes.')
      return attributes
    },
    async destroy({ id }) {
      await call({ op: 'destroy', id })
    },
    reset(reason) {
      // A busy machine may start the process in more time than a signature has.
      const isStarting = startedAt !== null && performance.now() - startedAt < START_MS
      if (!isStarting) child?.kill(reason)
      return !isStarting
    },
    close: () => child?.kill(),
  }
}

const codeOf = (error: unknown) => (error instanceof TokenError ? error.code : '')
const isPinRefusal = (error: unknown) => Object.hasOwn(pinRefusals, codeOf(error))
const isMissingKey = (error: unknown) => codeOf(error) === NO_SUCH_KEY

/** How a token says that it has no space for another key. Some, such as SoftHSM, only say that they failed. */
const noSpace = /^CKR_(DEVICE_MEMORY|FUNCTION_FAILED|GENERAL_ERROR)$/

function explain(error: unknown, op: TokenCall['op'] = 'open'): KeyStoreError {
  if (!(error instanceof TokenError)) return toKeyStoreError(error)
  const { code, message } = error
  const of = (kind: FailureKind, sentence: string) => new KeyStoreError(kind, sentence, { cause: error })
  if (isPinRefusal(error)) return of('lasting', `The PKCS#11 token ${pinRefusals[code]}.`)
  if (code === NO_SUCH_KEY || code === NO_MECHANISM || code === UNFIT_KEY) return of('refused', message)
  if (code === NOT_LOADED) return of('lasting', message)
  if (!code.startsWith('CKR_')) return of('passing', message)
  if (/^CKR_(MECHANISM|KEY_TYPE|KEY_SIZE|CURVE|TEMPLATE|DOMAIN_PARAMS)/.test(code))
    return of('refused', `The PKCS#11 token cannot do this (${code}). Use another algorithm.`)
  if (op === 'generate' && noSpace.test(code)) {
    const message = `The PKCS#11 token created no key (${code}). If it is full, remove keys that nothing needs with the tool of its vendor, or use another store.`
    return of('refused', message)
  }
  const cause = causes[code] ?? 'failed'
  return of('passing', `The PKCS#11 token ${cause} (${code}).`)
}
