/** Keeps a protected mutation that was refused as an approval. */
import { randomBytes } from 'node:crypto'
import type { Approval, Prisma } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import { type Database, jsonOrNull } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { canonicalJson } from '#server/services/audit/hash.ts'
import { snapshot } from '#server/services/audit/snapshot.ts'
import type { ApprovalRequiredError } from '#server/services/protection/approval.ts'
import { contentOf, hashOfContent } from '#server/services/protection/content.ts'
import { type Changed, effectOf } from '#server/services/protection/effect.ts'
import { readProtection } from '#server/services/protection/settings.ts'
import { recordChange } from '#server/services/write.ts'

const HOUR_MS = 3_600_000
/** For each person, so that a script in a loop does not fill the list. */
const MAXIMUM_OPEN = 100
const NONCE_BYTES = 32

/** The mutation as it was sent. */
export type SentMutation = Pick<Approval, 'mutation' | 'document' | 'namedAnchor'> & {
  variables: object
}

type Deps = {
  db: Database
  /** Whose audit log has the entry. */
  databaseFor(anchor: string | null): Database
  now: Clock
}

/** A person who repeats a mutation gets the open request that is there. The function throws ConflictError. */
export function createProposal({ db, databaseFor, now }: Deps) {
  return async function create(
    caller: Caller,
    anchor: string | null,
    sent: SentMutation,
    { changed, operations, reason }: ApprovalRequiredError,
  ): Promise<Approval> {
    const { validForHours } = await readProtection(db)
    return recordChange(databaseFor(anchor), caller, async (tx) => {
      await lock(tx, 'inmor:approvals')
      const where = { state: 'OPEN', expiresAt: { gt: now() }, requestedBy: caller.name }
      const { mutation, document, namedAnchor } = sent
      const similar = await tx.approval.findMany({
        where: { ...where, anchor, mutation, document, namedAnchor },
      })
      const same = similar.find(({ variables }) => canonicalJson(variables) === canonicalJson(sent.variables))
      if (same) return { action: null, result: same }
      if ((await tx.approval.count({ where })) >= MAXIMUM_OPEN)
        throw new ConflictError(`You have ${MAXIMUM_OPEN} open approvals. Withdraw one first.`)
      const requestedAt = now()
      const columns = {
        anchor,
        operations: [...operations],
        ...sent,
        ...columnsOfEffect(changed),
        requestedBy: caller.name,
        requestedMethod: caller.method,
        keyCreatedBy: requireKnownPerson(caller),
        reason: reason ?? null,
        requestedAt,
        expiresAt: new Date(requestedAt.getTime() + validForHours * HOUR_MS),
        nonce: randomBytes(NONCE_BYTES).toString('base64url'),
      }
      const content = contentOf(columns)
      const result = await tx.approval.create({
        data: {
          ...columns,
          variables: sent.variables as Prisma.InputJsonObject, // parsed from JSON
          hash: hashOfContent(content),
        },
      })
      return { action: 'requestApproval', resource: String(result.id), after: content, result }
    })
  }
}

/**
 * Who made the API key; null for a session. @throws ConflictError for a command or a key whose person is not known, and
 * could approve it in the console
 */
function requireKnownPerson({ method, keyCreatedBy }: Caller): string | null {
  if (method === 'cli')
    throw new ConflictError(
      'Commands on the server cannot ask for it, because it is not known who gives them. Set INMOR_URL and INMOR_KEY, with an API key that you created in the console.',
    )
  if (method !== 'api_key') return null
  if (keyCreatedBy !== undefined && !keyCreatedBy.includes(':')) return keyCreatedBy
  throw new ConflictError(
    'This API key was made on the command line or by an earlier version, so it is not known who has it. Create one in the console.',
  )
}

/** What it does, as the approver sees it. */
export function columnsOfEffect(changed: Changed) {
  return {
    action: changed.action,
    resource: changed.resource,
    before: jsonOrNull(snapshot(changed.before)),
    after: jsonOrNull(snapshot(changed.after)),
    effect: effectOf(changed) as Prisma.InputJsonObject, // plain JSON
  }
}
