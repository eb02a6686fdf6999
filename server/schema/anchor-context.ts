/** Makes the context of one anchor out of that of the request. */
import { anchorsOf, findAnchor, requireAnchor } from '#server/anchors/access.ts'
import type { Anchor } from '#server/anchors/anchor.ts'
import { requestError } from '#server/error/request-error.ts'
import { callerIn } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'
import { createPendingReader } from '#server/publish/outbox.ts'
import type { Context } from '#server/schema/context.ts'
import { createNameReader } from '#server/services/entity/known-name.ts'

/** The contexts of a request, by slug. */
const contexts = new WeakMap<Context, Map<string, Context>>()

/** The context of the request, by those of its anchors. */
const requests = new WeakMap<Context, Context>()

/** For objects of the installation, wherever an edge leads to them. */
export const installationContext = (context: Context): Context => requests.get(context) ?? context

/**
 * `name` is a slug or an Entity Identifier. Without it the only anchor is meant in which the caller has a role.
 * @throws GraphQLError ANCHOR_REQUIRED; AnchorAccessError
 */
export function contextIn(context: Context, name: unknown): Context {
  return contextOf(context, name === undefined ? theOnly(context) : find(context, String(name)))
}

/** For a caller who has the right there. @throws AnchorAccessError */
export function contextWith(scope: Scope, context: Context, name: string): Context {
  return contextOf(context, requireAnchor(context, name, scope))
}

/** What a context has of its anchor. */
export function ofAnchor(anchor: Anchor) {
  const { db, services, runs, slug, entityId, now } = anchor
  const readers = { isPending: createPendingReader(db), nameOf: createNameReader(db) }
  return { anchor, db, services, runs, slug, entityId, now, ...readers }
}

export function contextOf(context: Context, anchor: Anchor): Context {
  const made = contexts.get(context) ?? new Map<string, Context>()
  contexts.set(context, made)
  const found = made.get(anchor.slug)
  if (found) return found
  const { caller } = context
  const scoped = { ...context, ...ofAnchor(anchor), caller: caller && callerIn(caller, anchor) }
  made.set(anchor.slug, scoped)
  requests.set(scoped, installationContext(context))
  return scoped
}

function theOnly(context: Context): Anchor {
  const own = anchorsOf(context)
  const [only = context.anchors.first, ...others] = own
  // Without a role the scope of the field refuses.
  if (others.length === 0) return only
  const slugs = own.map(({ slug }) => slug)
  throw requestError('ANCHOR_REQUIRED', `Name the anchor: ${slugs.join(', ')}.`, { anchors: slugs })
}

function find(context: Context, name: string): Anchor {
  if (!context.caller) return context.anchors.first // the scope of the field refuses
  return findAnchor(context, name)
}
