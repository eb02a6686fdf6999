/** Puts one anchor of the installation under another one, and keeps both sides in step. */
import { setTimeout } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Anchor } from '#server/anchors/anchor.ts'
import { ConflictError, DuplicateError, OperationError } from '#server/error/operation-error.ts'
import { type Caller, jobCaller } from '#server/identity/caller.ts'
import { PUBLICATION_PATIENCE_MS } from '#server/publish/publisher.ts'

/** The federation server learns a change within milliseconds. */
const TRIES = 10
const PAUSE_MS = 300

/**
 * Makes an anchor an Intermediate under another one: sets its authority hint, and registers it there.
 * @throws ConflictError, EntityRejectedError; nothing was changed then
 */
export async function joinSuperior(
  caller: Caller,
  anchor: Anchor,
  superior: Anchor,
  all: readonly Anchor[],
): Promise<void> {
  if (await isAbove(anchor, superior, all))
    throw new ConflictError(
      `${superior.slug} is not above ${anchor.slug}: choose another superior.`,
      'superior',
    )
  const { trustAnchor } = anchor.services
  const { authorityHints } = await trustAnchor.settings()
  const isHinted = authorityHints.includes(superior.entityId)
  if (!isHinted) await trustAnchor.update(caller, { authorityHints: [...authorityHints, superior.entityId] })
  try {
    await anchor.publisher.flush(PUBLICATION_PATIENCE_MS)
    // Its address need not reach the federation server yet.
    await superior.services.subordinates.register(
      caller,
      { entityId: anchor.entityId, keysCompared: true }, // its keys are those of this process
      () => configurationOf(anchor),
    )
  } catch (error) {
    if (isHinted && error instanceof DuplicateError)
      throw new ConflictError(`It is an Intermediate under ${superior.slug} already.`, 'superior')
    if (!(error instanceof DuplicateError)) {
      if (!isHinted) await trustAnchor.update(caller, { authorityHints })
      throw error
    }
  }
  await superior.publisher.flush(PUBLICATION_PATIENCE_MS)
  await anchor.services.superiors.check()
}

/**
 * Superiors learn the keys of an anchor as soon as they are published: hosted ones directly, others if they can be asked to
 * fetch them. The anchor learns that they did.
 */
export async function spreadKeys(
  anchor: Anchor,
  all: readonly Anchor[],
  log: FastifyBaseLogger,
): Promise<void> {
  await anchor.publisher.flush(PUBLICATION_PATIENCE_MS)
  const kids = anchor.signingKeys.current().published.keys.map(({ kid }) => kid)
  for (const superior of all) {
    if (superior === anchor || !(await listsAsActive(superior, anchor))) continue
    for (let tries = 0; tries < TRIES && !(await hasKeys(superior, anchor, kids)); tries++) {
      if (tries > 0) await setTimeout(PAUSE_MS)
      await follow(superior, anchor, log)
    }
    await superior.publisher.flush(PUBLICATION_PATIENCE_MS)
  }
  await anchor.services.superiors.check()
}

/** Whether the first anchor is the second one, or above it. */
async function isAbove(anchor: Anchor, superior: Anchor, all: readonly Anchor[]): Promise<boolean> {
  const seen = new Set([superior])
  for (const each of seen) {
    if (each === anchor) return true
    const { authorityHints } = await each.services.trustAnchor.settings()
    for (const above of all) if (authorityHints.includes(above.entityId)) seen.add(above)
  }
  return false
}

async function configurationOf({ publishing }: Anchor): Promise<string> {
  const jwt = await publishing.redis.get(publishing.keys.entityConfiguration)
  if (jwt === null)
    throw new ConflictError('Its Entity Configuration is not published yet. Try again.', 'anchor')
  return jwt
}

const find = ({ db }: Anchor, { entityId }: Anchor) => db.subordinate.findUnique({ where: { entityId } })

async function listsAsActive(superior: Anchor, anchor: Anchor): Promise<boolean> {
  return (await find(superior, anchor))?.active === true
}

async function hasKeys(superior: Anchor, anchor: Anchor, kids: readonly string[]): Promise<boolean> {
  const row = await find(superior, anchor)
  const { keys = [] } = (row?.jwks ?? {}) as { keys?: { kid: string }[] } // parsed when written
  return keys.length === kids.length && keys.every(({ kid }) => kids.includes(kid))
}

/**
 * The keys are those of the anchor's own process, so they need no continuity: an emergency puts unannounced ones into force.
 * A check by the clock tries again what fails here.
 */
async function follow(superior: Anchor, anchor: Anchor, log: FastifyBaseLogger): Promise<void> {
  const row = await find(superior, anchor)
  if (!row) return
  try {
    const jwks = anchor.signingKeys.current().published
    await superior.services.subordinates.update(jobCaller('hosted-keys'), { id: row.id, jwks })
  } catch (err) {
    if (!(err instanceof OperationError)) throw err
    log.warn({ err, anchor: superior.slug }, 'a superior does not know the keys of an anchor yet')
  }
}
