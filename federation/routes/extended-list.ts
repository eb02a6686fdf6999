/** Serves pages of the Immediate Subordinates with the requested claims (Extended Subordinate Listing). */
import type { FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { getMember } from '#core/json.ts'
import type { Part } from '#store/list-page.ts'
import { findNextExpiry } from '#store/paged-list.ts'
import type { Reader } from '#store/reader.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { sendCached } from '../http/answer.ts'
import { encodeJson } from '../http/body.ts'
import { createBodyCache } from '../http/body-cache.ts'
import {
  readNames,
  readOptionalBoolean,
  readOptionalLimit,
  readOptionalNumericDate,
  readRepeatable,
} from '../http/parameter.ts'
import { createCursors } from './cursor.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'
import { readFilter, selectSubordinates, watchSources } from './subordinate-filter.ts'

/** Subordinates per response, even if `limit` is higher. */
const MAX_SUBORDINATES = 500

/** Requests the whole statement, among the names of claims. */
const STATEMENT = 'subordinate_statement'

type Requested = { timestamps: boolean; claims: readonly string[] }

export function extendedListRoute(app: FastifyInstance, deps: RouteDeps) {
  const { reader, marks, now } = deps
  const cursors = createCursors('extended_list', deps.cursorKey)
  const readCached = createBodyCache(deps.maxBodyBytes)
  const answer = async ({ request, reply, parameters }: Call) => {
    const limit = Math.min(readOptionalLimit(parameters) ?? MAX_SUBORDINATES, MAX_SUBORDINATES)
    const updated = readPeriod(parameters)
    const requested = {
      timestamps: (readOptionalBoolean(parameters, 'audit_timestamps') ?? false) || updated.isRequested,
      claims: readNames(parameters, 'claims'),
    }
    // A mark of any of the types is sufficient.
    const trustMarkTypes = readRepeatable(parameters, 'trust_mark_type').sort()
    const filter = await readFilter(parameters, { reader, marks, trustMarkTypes })
    const filterKey =
      filter.isEmpty && !updated.isRequested
        ? ''
        : JSON.stringify([filter.key, updated.after, updated.before])
    const from = (await cursors.read(parameters, filterKey)) ?? ''
    const all = await reader.subordinates()
    if (all.length === 0) await confirmPublished(reader)
    const { holders = [] } = filter
    const key = JSON.stringify([filterKey, from, limit, requested])
    const cached = await readCached(key, [all, ...holders], now(), async () => {
      const selection = { now: now(), from, ...(updated.isRequested ? { accepts: updated.includes } : {}) }
      const found = await take(selectSubordinates(all, filter, selection), limit + 1)
      const next = found[limit]
      const answer = {
        immediate_subordinate_entities: await describeAll(found.slice(0, limit), requested, reader),
        ...(next === undefined ? {} : { next: await cursors.format(next.id, filterKey) }),
      }
      const ends = found.map(({ expires }) => expires)
      return { body: encodeJson(answer), until: Math.min(...ends, findNextExpiry(holders, now())) }
    })
    const isSame = watchSources({ subordinates: all, holders }, { reader, marks, trustMarkTypes })
    // What is missing is confirmed for each request.
    if (all.length > 0) reply.hold = { until: cached.until, isSame }
    return sendCached(request, reply, cached)
  }
  registerEndpoint(app, deps, 'extended_list', answer)
}

async function take(parts: AsyncIterable<Part<Subordinate>>, count: number): Promise<Subordinate[]> {
  const found: Subordinate[] = []
  for await (const part of parts) {
    found.push(...part.items().slice(0, count - found.length))
    if (found.length === count) break
  }
  return found
}

/** The period includes both ends. A subordinate without a recorded update is in no period. */
function readPeriod(parameters: unknown) {
  const after = readOptionalNumericDate(parameters, 'updated_after')
  const before = readOptionalNumericDate(parameters, 'updated_before')
  const isRequested = after !== undefined || before !== undefined
  const includes = ({ updated }: Subordinate) =>
    updated !== undefined && updated >= (after ?? 0) && updated <= (before ?? Infinity)
  return { after, before, isRequested, includes }
}

async function describeAll(page: readonly Subordinate[], requested: Requested, reader: Reader) {
  const isStatementNeeded = requested.claims.length > 0
  const statements = isStatementNeeded ? page.map(({ id }) => reader.subordinateStatement(id)) : []
  const found = await Promise.all(statements)
  return page.map((each, index) => describeSubordinate(each, found[index]?.jwt, requested))
}

function describeSubordinate(
  { id, registered, updated }: Subordinate,
  statement: string | undefined,
  { timestamps, claims }: Requested,
) {
  return {
    ...(statement === undefined ? {} : pick(decodeJwt<Record<string, unknown>>(statement), claims)),
    id,
    ...(statement !== undefined && claims.includes(STATEMENT) ? { [STATEMENT]: statement } : {}),
    ...(timestamps && registered !== undefined ? { registered } : {}),
    ...(timestamps && updated !== undefined ? { updated } : {}),
  }
}

function pick(all: Record<string, unknown>, requested: readonly string[]): Record<string, unknown> {
  const present = requested.filter((name) => getMember(all, name) !== undefined)
  return Object.fromEntries(present.map((name) => [name, all[name]]))
}
