/** Mirrors that were announced to this anchor: each is looked at every five minutes, and compared with what was signed. */
import type { Mirror } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { lock } from '#server/database/lock.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { PublishingDeps, ServiceContext } from '#server/services/context.ts'
import { isLine } from '#server/services/line.ts'
import { type Look, lookAt } from '#server/services/mirror/look.ts'
import { findSplits } from '#server/services/mirror/split.ts'
import { isProven } from '#server/services/mirror/state.ts'
import { parseTargetUrl } from '#server/services/target-url.ts'

export const MAX_MIRRORS = 20
const MAXIMUM_URL = 255
const MAXIMUM_DESCRIPTION = 200

export type MirrorInput = { url: string; description?: string | null | undefined }

type Context = ServiceContext & Pick<PublishingDeps, 'publishing'>

export function createMirrors(context: Context) {
  const { db, allowHttp, write, now } = context

  async function refuseUnlessNew(tx: Transaction | Database, url: string): Promise<void> {
    if (await tx.mirror.findUnique({ where: { url }, select: { id: true } }))
      throw new ConflictError(`${url} is announced already.`, 'url')
    if ((await tx.mirror.count()) >= MAX_MIRRORS)
      throw new ConflictError(`There are ${MAX_MIRRORS} mirrors already. Remove one first.`, 'url')
  }

  async function store(row: Mirror, look: Look, checkedAt: Date): Promise<Mirror> {
    const isAway = look.state === 'UNREACHABLE'
    const since = row.state === look.state ? row.since : checkedAt
    const seen = isAway && isProven(row) ? {} : { since, ...columnsOf(look) }
    const data = { checkedAt, ...seen }
    await db.mirror.updateMany({ where: { id: row.id }, data }) // it may have been removed meanwhile
    return { ...row, ...data }
  }

  return {
    /** In the order of their announcement. */
    list: (): Promise<Mirror[]> => db.mirror.findMany({ orderBy: { id: 'asc' } }),

    /** Looks at it first, and announces it with what that found. @throws InvalidInputError, ConflictError, UnavailableError */
    async announce(caller: Caller, input: MirrorInput): Promise<Mirror> {
      const { url, description } = parseMirror(input, { allowHttp })
      await refuseUnlessNew(db, url)
      const look = await lookAt(url, context)
      return write(caller, async (tx) => {
        // Two requests together must not exceed the maximum.
        await lock(tx, 'inmor:mirrors')
        await refuseUnlessNew(tx, url)
        const at = now()
        const times = { createdAt: at, checkedAt: at, since: at }
        const result = await tx.mirror.create({ data: { url, description, ...times, ...columnsOf(look) } })
        return { action: 'announceMirror', resource: url, after: { url, description }, result }
      })
    },

    /** @throws NotFoundError */
    remove: (caller: Caller, id: number): Promise<void> =>
      write(caller, async (tx) => {
        const row = await tx.mirror.findUnique({ where: { id } })
        if (!row) throw new NotFoundError('There is no such mirror.', 'id')
        await tx.mirror.delete({ where: { id } })
        const { url, description } = row
        return { action: 'removeMirror', resource: url, before: { url, description }, result: undefined }
      }),

    /** Looks at each. @throws the reason of the signal, UnavailableError without Redis or keys */
    async check(signal: AbortSignal): Promise<Mirror[]> {
      const rows = await db.mirror.findMany({ orderBy: { id: 'asc' } })
      const looked = await Promise.all(
        rows.map(async (row) => ({ row, url: row.url, look: await lookAt(row.url, context, signal) })),
      )
      const judged = findSplits(looked)
      const checkedAt = now()
      return Promise.all(looked.map(({ row, look }, at) => store(row, judged[at]?.look ?? look, checkedAt)))
    },
  }
}

/** What a mirror had last stays while it cannot be reached. */
function columnsOf({ state, problem, manifest }: Look) {
  if (state === 'UNREACHABLE') return { state, problem }
  if (!manifest) return { state, problem, number: null, signedAt: null, root: null }
  const { number, iat, root } = manifest
  return { state, problem, number: BigInt(number), signedAt: new Date(iat * 1000), root: root.hash }
}

/** @throws InvalidInputError */
export const parseMirror = ({ url, description }: MirrorInput, rules: { allowHttp: boolean }) => ({
  url: parseUrl(url, rules),
  description: parseDescription(description ?? ''),
})

/** In one form, so that a mirror is announced once. */
function parseUrl(given: string, rules: { allowHttp: boolean }): string {
  const { origin, pathname, search, hash } = parseTargetUrl(given, rules, 'url')
  if (search !== '' || hash !== '')
    throw new InvalidInputError(
      `${given} has a query or a fragment. Name the URL as for inmor mirror.`,
      'url',
    )
  const url = `${origin}${pathname.replace(/\/+$/, '')}`
  if (url.length <= MAXIMUM_URL) return url
  throw new InvalidInputError(
    `The URL has ${url.length} characters. At most ${MAXIMUM_URL} are allowed.`,
    'url',
  )
}

function parseDescription(given: string): string | null {
  const text = given.trim()
  if (text === '' || isLine(text, MAXIMUM_DESCRIPTION)) return text || null
  throw new InvalidInputError(
    `description must be one line with at most ${MAXIMUM_DESCRIPTION} characters.`,
    'description',
  )
}
