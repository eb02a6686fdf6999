/**
 * Ends open streams whose caller has lost or changed rights. One statement for all callers, which writes nothing, says whose
 * sessions, keys or roles are others than before; only these callers are looked up.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import { leaveCall } from '#server/identity/origin.ts'

/** Milliseconds between two statements while streams are open, so that no right outlives its end by a second. */
const INTERVAL = 500

type Stream = { caller: Caller; end: () => void }

/** The streams with the same credentials. */
type Group = {
  headers: IncomingHttpHeaders
  /** Of the user. */
  name: string
  streams: Set<Stream>
  /** The state of the user when the caller was looked up; undefined: it was not since the last stream came. */
  seen: string | null | undefined
}

export type RightsWatch = {
  /** Calls `end` once when the credentials give other rights than the caller has. Returns how to stop that. */
  watch(headers: IncomingHttpHeaders, caller: Caller, end: () => void): () => void
}

type Parts = {
  db: Database
  now: Clock
  /** The present caller with the credentials, read without a write. */
  lookUp: (headers: IncomingHttpHeaders) => Promise<Caller | null>
}

export function createRightsWatch({ db, now, lookUp }: Parts): RightsWatch {
  const groups = new Map<string, Group>()
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const states = await readStates(db, [...new Set([...groups.values()].map(({ name }) => name))], now())
    const others = [...groups.values()].filter(({ name, seen }) => seen !== (states.get(name) ?? null))
    await Promise.all(others.map((group) => compare(group, states.get(group.name) ?? null)))
  }

  async function compare(group: Group, state: string | null): Promise<void> {
    const streams = [...group.streams]
    group.seen = state
    const present = await lookUp(group.headers).catch((error: unknown) => {
      group.seen = undefined
      throw error
    })
    for (const { caller, end } of streams) if (rightsOf(caller) !== rightsOf(present)) end()
  }

  function schedule(): void {
    clearTimeout(timer) // a stream that came during a look has already scheduled one
    timer = leaveCall(
      setTimeout,
      () => {
        look()
          .catch(() => undefined) // an outage changes no rights; the next statement finds out
          .finally(() => (groups.size > 0 ? schedule() : undefined))
      },
      INTERVAL,
    )
    timer.unref()
  }

  return {
    watch(headers, caller, end) {
      const credentials = JSON.stringify([headers['x-api-key'], headers.authorization, headers.cookie])
      const group = groups.get(credentials) ?? {
        headers,
        name: caller.name,
        streams: new Set(),
        seen: undefined,
      }
      if (groups.size === 0) schedule()
      groups.set(credentials, group)
      const stream = { caller, end }
      group.streams.add(stream)
      group.seen = undefined // what is known of this caller may be older than the last look
      return () => {
        if (!group.streams.delete(stream)) return // stopped before: others may have come
        if (group.streams.size === 0) groups.delete(credentials)
        if (groups.size === 0) clearTimeout(timer)
      }
    },
  }
}

/** Everything that decides about rights (caller-of.ts), as text by the names of users. */
async function readStates(db: Database, names: string[], now: Date): Promise<Map<string, string>> {
  const time = now.toISOString()
  const rows = await db.$queryRaw<{ name: string; state: string }[]>`
    SELECT coalesce(u."username", u."email") AS "name",
      ROW(u."id", u."role", u."banned", u."twoFactorEnabled", u."passwordChange",
        ARRAY(SELECT p."id" FROM "Passkey" p WHERE p."userId" = u."id" ORDER BY 1),
        ARRAY(SELECT ROW(r."anchorSlug", r."role") FROM "AnchorRole" r WHERE r."userId" = u."id" ORDER BY 1),
        ARRAY(SELECT ROW(o."organizationId", o."mayInvite") FROM "OrganizationUser" o WHERE o."userId" = u."id" ORDER BY 1),
        ARRAY(SELECT ROW(s."id", s."strength") FROM "Session" s
          WHERE s."userId" = u."id" AND s."expiresAt" > ${time}::timestamp ORDER BY 1),
        ARRAY(SELECT k."id" FROM "Apikey" k WHERE k."referenceId" = u."id" AND k."enabled" IS NOT FALSE
          AND (k."expiresAt" IS NULL OR k."expiresAt" > ${time}::timestamp) ORDER BY 1))::text AS "state"
    FROM "User" u WHERE u."username" = ANY(${names}) OR u."email" = ANY(${names})`
  return new Map(rows.map(({ name, state }) => [name, state]))
}

function rightsOf(caller: Caller | null): string {
  if (!caller) return ''
  const { name, role, grants, organizations, session, factorStep, passwordChange } = caller
  return JSON.stringify([
    ...[name, role, session?.id, factorStep, passwordChange],
    grants && { ...grants, anchors: [...grants.anchors].sort() },
    organizations && [...organizations].sort(),
  ])
}
