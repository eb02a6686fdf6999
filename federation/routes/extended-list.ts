/** The Immediate Subordinates a page at a time, with what is asked for about each (Extended Subordinate Listing). */
import type { FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { member } from '#core/json.ts'
import type { Reader } from '#store/reader.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { send } from './answer.ts'
import { createBodyCache } from './body-cache.ts'
import { createCursors } from './cursor.ts'
import { type Call, endpoint } from './endpoint.ts'
import { names, optionalBoolean, optionalLimit, optionalNumericDate, repeatable } from './parameter.ts'
import { readFilter, selectSubordinates } from './subordinate-filter.ts'

/** Subordinates in one answer, whatever `limit` asks for. */
const MAX_SUBORDINATES = 500

/** Stands among the names of claims for the statement as a whole. */
const STATEMENT = 'subordinate_statement'

type Wanted = { timestamps: boolean; claims: readonly string[] }

export function extendedListRoute(app: FastifyInstance, deps: Deps) {
  const { reader, now } = deps
  const cursors = createCursors('extended_list', deps.cursorKey)
  const keep = createBodyCache()
  const answer = async ({ reply, parameters }: Call) => {
    const from = (await cursors.read(parameters)) ?? ''
    const limit = Math.min(optionalLimit(parameters) ?? MAX_SUBORDINATES, MAX_SUBORDINATES)
    const updated = readPeriod(parameters)
    const wanted = {
      timestamps: (optionalBoolean(parameters, 'audit_timestamps') ?? false) || updated.isAsked,
      claims: names(parameters, 'claims'),
    }
    // Here any of several types will do.
    const trustMarkTypes = repeatable(parameters, 'trust_mark_type')
    const filter = await readFilter(parameters, { reader, trustMarkTypes })
    const all = await reader.subordinates()
    if (all.length === 0) await confirmPublished(reader)
    const { holders = [] } = filter
    const key = JSON.stringify([filter.key, from, limit, updated.after, updated.before, wanted])
    const body = await keep(key, [all, ...holders], now(), async () => {
      const selection = { now: now(), from, limit: limit + 1, accepts: updated.includes }
      const found = selectSubordinates(all, filter, selection)
      const next = found[limit]
      const answer = {
        immediate_subordinate_entities: await describeAll(found.slice(0, limit), wanted, reader),
        ...(next === undefined ? {} : { next: await cursors.format(next.id) }),
      }
      return { answer, names: [found, ...holders] }
    })
    return send(reply, body, 'application/json')
  }
  endpoint(app, deps, 'extended_list', answer)
}

/** Both ends belong to the period. A subordinate whose update is not recorded lies in none. */
function readPeriod(parameters: unknown) {
  const after = optionalNumericDate(parameters, 'updated_after')
  const before = optionalNumericDate(parameters, 'updated_before')
  const isAsked = after !== undefined || before !== undefined
  const includes = ({ updated }: Subordinate) =>
    !isAsked || (updated !== undefined && updated >= (after ?? 0) && updated <= (before ?? Infinity))
  return { after, before, isAsked, includes }
}

async function describeAll(page: readonly Subordinate[], wanted: Wanted, reader: Reader) {
  const isStatementNeeded = wanted.claims.length > 0
  const statements = isStatementNeeded ? page.map(({ id }) => reader.subordinateStatement(id)) : []
  const known = await Promise.all(statements)
  return page.map((each, at) => describe(each, known[at]?.jwt, wanted))
}

function describe(
  { id, registered, updated }: Subordinate,
  statement: string | undefined,
  { timestamps, claims }: Wanted,
) {
  return {
    ...(statement === undefined ? {} : pick(decodeJwt<Record<string, unknown>>(statement), claims)),
    id,
    ...(statement !== undefined && claims.includes(STATEMENT) ? { [STATEMENT]: statement } : {}),
    ...(timestamps && registered !== undefined ? { registered } : {}),
    ...(timestamps && updated !== undefined ? { updated } : {}),
  }
}

function pick(all: Record<string, unknown>, wanted: readonly string[]): Record<string, unknown> {
  const present = wanted.filter((name) => member(all, name) !== undefined)
  return Object.fromEntries(present.map((name) => [name, all[name]]))
}
