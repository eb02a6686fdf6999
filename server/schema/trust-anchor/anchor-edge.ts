/** Edges from objects to the anchors that they are about. */
import type { GraphQLResolveInfo } from 'graphql'
import { anchorsOf, findAnchor } from '#server/anchors/access.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField, scopeItems } from '#server/schema/anchor-scope.ts'
import type { Context } from '#server/schema/context.ts'

/** Null: the caller has no role in it. */
export function toAnchor(slug: string, context: Context, info: GraphQLResolveInfo): Promise<Settings> | null {
  const anchor = anchorsOf(context).find((each) => each.slug === slug)
  if (!anchor) return null
  const scope = contextOf(context, anchor)
  scopeField(info, scope)
  return readSettings(scope.db)
}

/** For an anchor in which the caller had a role when the object was read. @throws AnchorAccessError */
export function requiredAnchor(slug: string, context: Context, info: GraphQLResolveInfo): Promise<Settings> {
  const scope = contextOf(context, findAnchor(context, slug))
  scopeField(info, scope)
  return readSettings(scope.db)
}

/** Those in which the caller has a role, in their order. */
export function toAnchors(
  slugs: readonly string[],
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Settings[]> {
  const named = new Set(slugs)
  const contexts = anchorsOf(context)
    .filter(({ slug }) => named.has(slug))
    .map((anchor) => contextOf(context, anchor))
  scopeItems(info, contexts)
  return Promise.all(contexts.map(({ db }) => readSettings(db)))
}
