/**
 * Gives each field the context of the anchor that it is about, so that resolvers need not know that there are several.
 * A field of the root says the anchor by its argument or the member of its input, by the header of the request, or by the
 * ids in it; its children are about the same anchor. Fields of the installation are marked with the extension `ofInstallation`.
 * An argument or a member `installation` says that the field is about it this time.
 * They, and objects of the installation, are in the context of the request, no matter which anchor it names.
 */
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  type GraphQLArgument,
  type GraphQLFieldConfig,
  type GraphQLFieldResolver,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql'
import { contextIn, contextOf } from '#server/schema/anchor-context.ts'
import type { Context } from '#server/schema/context.ts'
import { locateId, unknownId } from '#server/schema/global-id.ts'

type Path = GraphQLResolveInfo['path']
type Arguments = Record<string, unknown>
type Resolver = GraphQLFieldResolver<unknown, Context, Arguments>
type Field = GraphQLFieldConfig<unknown, Context, Arguments>

declare global {
  namespace PothosSchemaTypes {
    interface FieldExtensions {
      /** The field is about the installation, and takes no anchor. */
      ofInstallation?: true
    }
    interface InputObjectTypeExtensions {
      /** It names its anchor, of which its ids are. */
      ofOtherAnchor?: true
    }
  }
}

/** Describes the argument and the field that choose the anchor. */
export const ANCHOR = 'The anchor: its slug or Entity Identifier. Where there are several, it is needed.'

/** Of queries and subscriptions. Mutations have it in their input (operation.ts). */
const anchor = { type: GraphQLString, description: ANCHOR }

/** Contexts of fields, by their paths: children have that of the nearest field above. */
const scopes = new WeakMap<Path, Context | readonly Context[]>()

export function scopeToAnchors(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: (field: Field, _name: string, type: string) => {
      if (field.extensions?.ofInstallation) return undefined
      return scopeRoot(type === 'Mutation' ? field : { ...field, args: { ...field.args, anchor } })
    },
    [MapperKind.OBJECT_FIELD]: ({ resolve, ...field }: Field) => ({
      ...field,
      ...(resolve ? { resolve: inScope(resolve) } : {}),
    }),
  })
}

/** The children of the field are about this anchor. */
export function scopeField({ path }: GraphQLResolveInfo, context: Context): void {
  scopes.set(path, context)
}

/** The context of the anchor that the field turned out to be about; else the one that it was called with. */
export function scopeOf({ path }: GraphQLResolveInfo, context: Context): Context {
  const found = scopes.get(path)
  return found && !('length' in found) ? found : context
}

/** Each item of the list at the path is about another anchor. */
export function scopeItems({ path }: GraphQLResolveInfo, contexts: readonly Context[]): void {
  scopes.set(path, contexts)
}

const inScope =
  (resolve: Resolver): Resolver =>
  (parent, args, context, info) =>
    resolve(parent, args, scopeAt(info.path, context), info)

function scopeAt(path: Path, context: Context): Context {
  for (let at: Path | undefined = path.prev, below = path; at; below = at, at = at.prev) {
    const found = scopes.get(at)
    if (!found) continue
    if (!('length' in found)) return found
    const item = found[Number(below.key)]
    if (item) return item
  }
  return context
}

function scopeRoot({ resolve, subscribe, args = {}, ...field }: Field): Field {
  const scoped =
    (run: Resolver): Resolver =>
    (root, given, context, info) => {
      const { args, scope } = chooseScope(given, context, info)
      if (scope !== context) scopeField(info, scope)
      return run(root, args, scope, info)
    }
  return {
    ...field,
    args,
    ...(resolve ? { resolve: scoped(resolve) } : {}),
    ...(subscribe ? { subscribe: scoped(subscribe) } : {}),
  }
}

/** The arguments as resolvers know them, and the context of their anchor. @throws GraphQLError */
function chooseScope(
  given: Arguments,
  context: Context,
  { parentType, fieldName }: GraphQLResolveInfo,
): { args: Arguments; scope: Context } {
  const { anchor: argument, ...args } = given
  const { anchor: member, ...input } = (given.input ?? {}) as Arguments // an input object
  const named = argument ?? member ?? context.call.namedAnchor
  if (given.input) args.input = input
  // Its rows are among those of the first anchor.
  if (args.installation === true || input.installation === true)
    return { args, scope: contextOf(context, context.anchors.first) }
  const declared = parentType.getFields()[fieldName]?.args ?? []
  const anchorsOfIds = new Set<string | null>()
  mapArguments(declared, args, (id) => {
    const located = locateId(id)
    if (located) anchorsOfIds.add(located.anchor)
    return id
  })
  const [only, ...others] = anchorsOfIds
  if (only === null && others.length === 0) return { args, scope: context }
  if (named === undefined && isAlone(context))
    return { args, scope: contextOf(context, context.anchors.first) }
  const scope = contextIn(context, named ?? (others.length === 0 ? only : undefined))
  const plain = mapArguments(declared, args, (id) => {
    const located = locateId(id)
    if (!located) return id
    return located.anchor === scope.slug ? located.id : unknownId(located.id)
  })
  return { args: plain, scope }
}

/** Whether there is nothing to choose: one anchor, and a caller with the same rights everywhere. */
function isAlone({ anchors, caller }: Context): boolean {
  return anchors.list().length === 1 && !caller?.grants
}

function mapArguments(
  declared: readonly GraphQLArgument[],
  args: Arguments,
  map: (id: string) => string,
): Arguments {
  const types = new Map(declared.map(({ name, type }) => [name, type]))
  return mapMembers(args, (name) => types.get(name), map)
}

function mapMembers(
  members: Arguments,
  typeOf: (name: string) => GraphQLInputType | undefined,
  map: (id: string) => string,
): Arguments {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => {
      const type = typeOf(name)
      return [name, type ? mapValue(value, type, map) : value]
    }),
  )
}

function mapValue(value: unknown, given: GraphQLInputType, map: (id: string) => string): unknown {
  const type = getNullableType(given)
  if (value === null || value === undefined) return value
  if (isListType(type)) {
    const items = Array.isArray(value) ? value : [value]
    return items.map((item: unknown) => mapValue(item, type.ofType, map))
  }
  if (isInputObjectType(type))
    return type.extensions.ofOtherAnchor ? value : mapMembers(value as Arguments, memberTypes(type), map) // by its type
  return type.name === 'ID' && typeof value === 'string' ? map(value) : value
}

function memberTypes(type: GraphQLInputObjectType) {
  const fields = type.getFields()
  return (name: string) => fields[name]?.type
}
