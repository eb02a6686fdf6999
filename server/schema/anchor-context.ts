/** Makes the context of one anchor out of that of the request. */
import { GraphQLError } from 'graphql'
import type { Anchor } from '#server/anchors/anchor.ts'
import { callerIn, callerMay } from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'
import { createPendingReader } from '#server/publish/pending.ts'
import type { Context } from '#server/schema/context.ts'

/** The contexts of a request, by slug. */
const contexts = new WeakMap<Context, Map<string, Context>>()

/**
 * `name` is a slug or an Entity Identifier. Without it the only anchor is meant in which the caller has a role.
 * @throws GraphQLError ANCHOR_REQUIRED or NOT_FOUND
 */
export function contextIn(context: Context, name: unknown): Context {
  return contextOf(context, name === undefined ? theOnly(context) : find(context, String(name)))
}

/** As `contextIn`, for a caller who has the right there. @throws GraphQLError FORBIDDEN or NOT_FOUND */
export function contextWith(scope: Scope, context: Context, name: string): Context {
  const scoped = contextIn(context, name)
  if (scoped.caller && callerMay(scoped.caller, scope)) return scoped
  throw new GraphQLError(`Your role in ${scoped.slug} does not allow this.`, {
    extensions: { code: 'FORBIDDEN' },
  })
}

/** Those in which the caller has a role. */
export function anchorsOf({ anchors, caller }: Context): Anchor[] {
  return anchors
    .list()
    .flatMap(({ running }) => (running && caller && callerIn(caller, running).role !== null ? running : []))
}

export function contextOf(context: Context, anchor: Anchor): Context {
  const made = contexts.get(context) ?? new Map<string, Context>()
  contexts.set(context, made)
  const found = made.get(anchor.slug)
  if (found) return found
  const { caller } = context
  const scoped = {
    ...context,
    ...anchor,
    caller: caller && callerIn(caller, anchor),
    isPending: createPendingReader(anchor.db),
  }
  made.set(anchor.slug, scoped)
  return scoped
}

function theOnly(context: Context): Anchor {
  const own = anchorsOf(context)
  const [only = context.anchors.first, ...others] = own
  // Without a role the scope of the field refuses.
  if (others.length === 0) return only
  const slugs = own.map(({ slug }) => slug)
  throw new GraphQLError(`Name the anchor: ${slugs.join(', ')}.`, {
    extensions: { code: 'ANCHOR_REQUIRED', anchors: slugs },
  })
}

/** Only callers with a role in an anchor learn that it exists. */
function find(context: Context, name: string): Anchor {
  const anchor = anchorsOf(context).find(({ slug, entityId }) => slug === name || entityId === name)
  if (anchor) return anchor
  if (!context.caller) return context.anchors.first // the scope of the field refuses
  throw new GraphQLError(
    `There is no anchor ${JSON.stringify(name.slice(0, 100))} in which you have a role.`,
    {
      extensions: { code: 'NOT_FOUND' },
    },
  )
}
