/** Changes the key directory under a lock across processes, and records the change in the same transaction. */
import type { Transaction } from '#server/database/client.ts'
import {
  DatabaseBusyError,
  DatabaseRefusesError,
  KeyDirectoryReadOnlyError,
  UnavailableError,
} from '#server/error/operation-error.ts'
import { type Caller, jobCaller } from '#server/identity/caller.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { AuditEntry } from '#server/services/audit/append.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { requireApprovalBefore } from '#server/services/protection/approval.ts'
import { lockKeys, recordKeys } from '#server/services/signing-key/rows.ts'
import { type KeyDirectory, KeyFileError } from '#store/key-directory.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import { readPlace, tidyKeyDirectory } from '#store/key-directory-change.ts'

export type KeyContext = Pick<ServiceContext, 'db' | 'signingKeys' | 'write' | 'now'>

/** A change of the files, as the audit log and the outbox record it. */
export type KeyStep = {
  kid: string
  before?: object
  after?: object
  publish: readonly OutboxItem[]
  /** The entry of another key that the step changes. */
  also?: AuditEntry | undefined
  /** Changes the files. No key is created here: a slow store would hold the transaction. */
  apply(): Promise<void>
}

/** The data that depends on the keys. Statements of the current key are not signed again. */
export const everythingSigned = [
  toPublish('entity-configuration'),
  toPublish('historical-keys'),
  toPublish('subordinates'),
]

/** The files come first, so it is not known which of them were changed. */
const unrecorded = ({ parts: [fact, advice] }: DatabaseRefusesError) =>
  `${fact}. The key files may have been changed; what was changed is recorded later. ${advice}, then look at the keys before you try again.`
const LATE =
  'The database did not finish in time. The key files may have been changed; what was changed is recorded automatically. Look at the keys before you try again.'

export function createKeyChange(context: KeyContext) {
  const { signingKeys, write, now } = context
  const { place } = signingKeys
  const read = () => readPlace(place)

  /**
   * Records and publishes changes of the files that were made by hand, or by a process that ended before it recorded
   * them. The first read of a directory is no change.
   */
  async function follow(caller: Caller = jobCaller('key-directory')): Promise<void> {
    await write(caller, async (tx) => {
      await lockKeys(tx)
      const isFirstLook = (await tx.signingKey.count()) === 0
      const keys = await read()
      const difference = await recordKeys(tx, keys, now())
      if (!difference || isFirstLook) return { action: null, result: undefined }
      return {
        action: 'changeKeyDirectory',
        resource: keys.signer.kid,
        ...difference,
        publish: everythingSigned,
        result: undefined,
      }
    })
  }

  /**
   * Changes the files before the commit: if the commit fails, `follow` finds and records the change. @throws
   * KeyDirectoryReadOnlyError, UnavailableError, and the errors of the step
   */
  async function change(
    caller: Caller,
    action: AuditAction,
    step: (tx: Transaction, keys: KeyDirectory) => Promise<KeyStep>,
  ): Promise<{ kid: string }> {
    const readOnly = await explainReadOnly(place)
    if (readOnly) throw new KeyDirectoryReadOnlyError(readOnly)
    let isBegun = false
    const work = async (tx: Transaction) => {
      await lockKeys(tx)
      await tidyKeyDirectory(place)
      const { kid, apply, publish, ...states } = await step(tx, await read())
      const planned = { action, resource: kid, ...states }
      await requireApprovalBefore(tx, caller, planned)
      isBegun = true
      await apply()
      await recordKeys(tx, await read(), now())
      return { ...planned, publish, result: { kid } }
    }
    const result = await follow()
      .then(() => write(caller, work))
      .catch((error: unknown) => {
        if (error instanceof KeyFileError) throw new UnavailableError(error.message)
        if (error instanceof DatabaseRefusesError) throw new UnavailableError(unrecorded(error))
        if (isBegun && error instanceof DatabaseBusyError) throw new UnavailableError(LATE)
        throw error
      })
    await signingKeys.refresh() // the publisher does the same, but not while Redis is down
    return result
  }

  return { follow, change }
}
