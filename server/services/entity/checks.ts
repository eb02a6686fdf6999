/** The checks before registration, in the order of execution. */
import type { Path } from '#core/path.ts'
import { OperationError } from '#server/error/operation-error.ts'

export type EntityCheckStatus = 'PASSED' | 'FAILED' | 'WARNING' | 'SKIPPED'

export const entityChecks = {
  REACHABLE: { title: 'Publishes an Entity Configuration', section: '9' },
  STATEMENT: { title: 'The Entity Configuration is well-formed', section: '3.2' },
  LIMITS: { title: 'It is within the limits of resolvers', section: '18.1' },
  IDENTITY: { title: 'It is about the entity itself', section: '3.1.1' },
  TIMES: { title: 'It is valid now', section: '3.2' },
  SIGNATURE: { title: 'It is signed with the entity’s own keys', section: '3.2' },
  KEYS: { title: 'Its keys match the ones you were given', section: '11.3' },
  AUTHORITY_HINT: { title: 'It names this Trust Anchor as its superior', section: '3.1.2' },
  METADATA: { title: 'It declares at least one Entity Type', section: '5' },
  CONSTRAINTS: { title: 'It satisfies the federation’s constraints', section: '6.2' },
  METADATA_POLICY: { title: 'Its metadata satisfies the metadata policy', section: '6.1' },
  TRUST_MARKS: { title: 'It has the required Trust Marks', section: '7' },
  NOT_REGISTERED: { title: 'It is not registered yet', section: null },
} as const satisfies Record<string, { title: string; section: string | null }>

export type EntityCheckName = keyof typeof entityChecks

export type EntityCheck = {
  name: EntityCheckName
  status: EntityCheckStatus
  title: string
  /** The finding as a sentence; for a failure, also what to do. */
  message: string
  section: string | null
  /** A temporary failure, such as an unreachable host. */
  isTransient?: boolean
}

export function isAcceptable(checks: readonly EntityCheck[]): boolean {
  return checks.every(({ status }) => status !== 'FAILED')
}

/** The entity itself published it, with a key that we vouch for, and it is valid now. */
export function isGenuine(checks: readonly EntityCheck[]): boolean {
  const proofs: readonly EntityCheckName[] = [
    'REACHABLE',
    'STATEMENT',
    'LIMITS',
    'IDENTITY',
    'TIMES',
    'SIGNATURE',
    'KEYS',
  ]
  return checks.every(({ name, status }) => !proofs.includes(name) || status === 'PASSED')
}

/** The entity failed a check; nothing was changed. */
export class EntityRejectedError extends OperationError {
  override readonly name = 'EntityRejectedError'
  readonly checks: readonly EntityCheck[]
  override readonly isRetryable: boolean

  constructor(checks: readonly EntityCheck[], ...path: Path) {
    const failed = checks.filter(({ status }) => status === 'FAILED')
    super('ENTITY_REJECTED', failed.map(({ message }) => message).join(' '), path)
    this.checks = checks
    this.isRetryable = failed.every(({ isTransient }) => isTransient)
  }
}

/** Collects results. A failed check skips the checks that depend on it. */
export function createChecklist() {
  const results = new Map<EntityCheckName, EntityCheck>()
  const add = (name: EntityCheckName, status: EntityCheckStatus, message: string, isTransient = false) => {
    results.set(name, { name, status, message, isTransient, ...entityChecks[name] })
  }
  return {
    pass: (name: EntityCheckName, message: string) => add(name, 'PASSED', message),
    fail: (name: EntityCheckName, message: string, isTransient?: boolean) =>
      add(name, 'FAILED', message, isTransient),
    warn: (name: EntityCheckName, message: string) => add(name, 'WARNING', message),
    skip: (name: EntityCheckName, message: string) => add(name, 'SKIPPED', message),
    /** In the order of the table; checks that did not run are skipped. */
    list(): EntityCheck[] {
      const names = Object.keys(entityChecks) as EntityCheckName[] // keys of the table above
      return names.map(
        (name) =>
          results.get(name) ?? {
            name,
            status: 'SKIPPED',
            message: 'Not checked, because an earlier check failed.',
            ...entityChecks[name],
          },
      )
    },
  }
}
