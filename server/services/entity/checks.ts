/** The checks before registration, in the order of execution: what to do about a failure, where its message does not say. */
import type { Path } from '#core/path.ts'
import { OperationError } from '#server/error/operation-error.ts'

export type EntityCheckStatus = 'PASSED' | 'FAILED' | 'WARNING' | 'SKIPPED'

export const entityChecks = {
  REACHABLE: {
    title: 'Publishes an Entity Configuration',
    section: '9',
    advice: 'The entity must serve its Entity Configuration at this address.',
  },
  STATEMENT: {
    title: 'The Entity Configuration is well-formed',
    section: '3.2',
    advice: 'The entity must publish a corrected Entity Configuration.',
  },
  LIMITS: {
    title: 'It is within the limits of resolvers',
    section: '18.1',
    advice: 'The entity must publish less: resolvers refuse the rest.',
  },
  IDENTITY: {
    title: 'It is about the entity itself',
    section: '3.1.1',
    advice: 'Check the identifier. The entity must publish under the one that is registered.',
  },
  TIMES: {
    title: 'It is valid now',
    section: '3.2',
    advice: 'The entity must publish a new Entity Configuration. Check the clock of its server.',
  },
  SIGNATURE: {
    title: 'It is signed with the entity’s own keys',
    section: '3.2',
    advice: 'The entity must sign with a key of its own jwks.',
  },
  KEYS: {
    title: 'Its keys match the ones you were given',
    section: '11.3',
    advice: 'Ask the operator of the entity for its keys again, out of band.',
  },
  AUTHORITY_HINT: {
    title: 'It names this Trust Anchor as its superior',
    section: '3.1.2',
    advice: null,
  },
  METADATA: {
    title: 'It declares at least one Entity Type',
    section: '5',
    advice: null,
  },
  ISSUER: {
    title: 'Its issuer is the entity itself',
    section: '5.1.3',
    advice: 'The entity must publish its Entity Identifier as issuer.',
  },
  METADATA_TYPES: {
    title: 'Its metadata parameters have the types that the specifications define',
    section: '5.1',
    advice: 'The entity must correct these parameters.',
  },
  CONSTRAINTS: {
    title: 'It satisfies the federation’s constraints',
    section: '6.2',
    advice: 'The entity needs another place or name, or the constraint must permit it.',
  },
  METADATA_POLICY: {
    title: 'Its metadata satisfies the metadata policy',
    section: '6.1',
    advice: 'The entity must change its metadata, or the policy must allow it.',
  },
  TRUST_MARKS: {
    title: 'It has the required Trust Marks',
    section: '7',
    advice: 'Issue the mark first, or the entity must add it to its configuration.',
  },
  NOT_REGISTERED: {
    title: 'It is not registered yet',
    section: null,
    advice: null,
  },
} as const satisfies Record<string, { title: string; section: string | null; advice: string | null }>

export type EntityCheckName = keyof typeof entityChecks

/** Those of a pipeline have names of their own. */
export type EntityCheck<Name extends string = EntityCheckName> = {
  name: Name
  status: EntityCheckStatus
  title: string
  /** The finding as a sentence. */
  message: string
  /** What to do about a failure, where the message does not say. */
  advice: string | null
  section: string | null
  /** A temporary failure, such as an unreachable host. */
  isTransient?: boolean
  /** The text that the organization must accept. */
  terms?: string
}

export function isAcceptable(checks: readonly EntityCheck<string>[]): boolean {
  return checks.every(({ status }) => status !== 'FAILED')
}

/** What to do about a failure or a warning; null if the message says it, and for other results. */
export const adviceOf = ({ status, advice }: EntityCheck<string>) =>
  status === 'FAILED' || status === 'WARNING' ? advice : null

/** A failed check as it was stored; null for a check that this version does not know. */
export function failedCheck(name: string | null, message: string): EntityCheck | null {
  if (name === null || !Object.hasOwn(entityChecks, name)) return null
  const known = name as EntityCheckName // its key
  return { ...entityChecks[known], name: known, status: 'FAILED', message }
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
  readonly checks: readonly EntityCheck<string>[]
  override readonly isRetryable: boolean

  constructor(checks: readonly EntityCheck<string>[], ...path: Path) {
    const failed = checks.filter(({ status }) => status === 'FAILED')
    super('ENTITY_REJECTED', failed.map(({ message }) => message).join(' '), path)
    this.checks = checks
    this.isRetryable = failed.every(({ isTransient }) => isTransient)
  }
}

type FailureDetail = { isTransient?: boolean; advice?: string }

/** Collects results. A failed check skips the checks that depend on it. */
export function createChecklist() {
  const results = new Map<EntityCheckName, EntityCheck>()
  const add = (
    name: EntityCheckName,
    status: EntityCheckStatus,
    message: string,
    more: FailureDetail = {},
  ) => {
    results.set(name, { ...entityChecks[name], name, status, message, ...more })
  }
  return {
    pass: (name: EntityCheckName, message: string) => add(name, 'PASSED', message),
    fail: (name: EntityCheckName, message: string, detail?: FailureDetail) =>
      add(name, 'FAILED', message, detail),
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
