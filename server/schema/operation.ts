/** Defines an operation of the API in one row: who may call it, its input, its result and expected failures, and what it runs. */
import type {
  InputFieldBuilder,
  InputFieldMap,
  InputShapeFromFields,
  MaybePromise,
  ShapeFromTypeParam,
  TypeParam,
} from '@pothos/core'
import type { GraphQLResolveInfo } from 'graphql'
import type { Caller } from '#server/identity/caller.ts'
import { ANCHOR } from '#server/schema/anchor-scope.ts'
import { builder, type SchemaTypes } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { requireCaller, requireRecentCaller } from '#server/schema/input.ts'

type Types = (typeof builder)['$inferSchemaTypes']
type Scopes = SchemaTypes['AuthScopes']
type Failure = (typeof failures)[keyof typeof failures]

export type InputFields = InputFieldBuilder<Types, 'InputObject'>

/** What a mutation gets: the scope guarantees a caller, except for `anyone`. */
export type OperationContext = Context & { caller: Caller }

type ScopeMap = Partial<Scopes> & { $all?: Partial<Scopes> }
type ScopesOf<Input> = (root: object, args: { input: Input }, context: Context) => Promise<ScopeMap>

type Operation<Type extends TypeParam<Types>, Fields extends InputFieldMap> = {
  describes: string
  /** What to use instead, as a sentence, and until when it stays. */
  deprecated?: string
  /** One scope, or any of several, or what the input decides. */
  scope: keyof Scopes | ScopeMap | ScopesOf<InputShapeFromFields<Fields>>
  /** Set where it is about the installation, or finds its anchor itself. */
  ofInstallation?: true
  /** Set where a session must be recent, because access or keys change. */
  isSensitive?: true
  /** Besides the anchor. Absent: nothing, and an operation of the installation has no input. */
  input?: { describes: string; isOptional?: true; fields: (t: InputFields) => Fields }
  /** A type whose name ends with `Success` is the whole success. */
  result: Type
  /** The field of the success that holds the result; the name of its type by default. */
  noun?: string
  /** The expected failures. */
  errors: readonly Failure[]
  run(
    input: InputShapeFromFields<Fields>,
    context: OperationContext,
    info: GraphQLResolveInfo,
  ): MaybePromise<ShapeFromTypeParam<Types, Type, false>>
}

/** The field of the success of each mutation; null: the fields of its result are those of the success. */
export const nouns = new Map<string, string | null>()

/** The right that each mutation takes; absent: it depends on its input. */
export const scopes = new Map<string, keyof Scopes>()

/**
 * Adds the mutation with its types: `registerSubordinate` has a `RegisterSubordinateInput`, which is returned, and a
 * `RegisterSubordinateResult`, which is a `RegisterSubordinateSuccess` with the `subordinate`, or a failure.
 */
export function operation<Type extends TypeParam<Types>, Fields extends InputFieldMap = Record<never, never>>(
  name: string,
  {
    describes,
    deprecated,
    scope,
    ofInstallation,
    isSensitive,
    input,
    result,
    noun,
    errors,
    run,
  }: Operation<Type, Fields>,
) {
  const prefix = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const type = builder.inputRef<InputShapeFromFields<Fields>>(`${prefix}Input`)
  const hasInput = input !== undefined || !ofInstallation
  const description = input?.describes ?? 'The anchor.'
  if (hasInput) {
    const fields = (t: InputFields) => ({
      ...(ofInstallation ? {} : { anchor: t.string({ description: ANCHOR }) }),
      ...input?.fields(t),
    })
    type.implement({ description, fields: fields as never }) // those of the row, and the anchor
  }
  const resolve = (
    _root: object,
    args: { input?: InputShapeFromFields<Fields> },
    context: Context,
    info: GraphQLResolveInfo,
  ) => {
    if (isSensitive) requireRecentCaller(context)
    else if (scope !== 'anyone') requireCaller(context)
    // Absent only where each field may be; the caller was just asked for.
    return run((args.input ?? {}) as InputShapeFromFields<Fields>, context as OperationContext, info)
  }
  const types = isSensitive ? [...errors, failures.ReauthenticationRequiredError] : errors
  const union = { types, union: { name: `${prefix}Result` } }
  const isWhole = nameOf(result) === `${prefix}Success`
  const field = isWhole ? null : (noun ?? uncapitalized(nameOf(result)))
  nouns.set(name, field)
  if (typeof scope === 'string') scopes.set(name, scope)
  builder.mutationField(name, (t) => {
    const options = {
      type: result,
      description: describes,
      ...(deprecated === undefined ? {} : { deprecationReason: deprecated }),
      authScopes: typeof scope === 'string' ? { [scope]: true } : scope,
      extensions: ofInstallation ? { ofInstallation } : {},
      errors:
        field === null
          ? { ...union, directResult: true }
          : {
              ...union,
              result: { name: `${prefix}Success` },
              dataField: { name: field, description: describeNoun(field) },
            },
      args: hasInput
        ? { input: t.arg({ type, required: input !== undefined && !input.isOptional, description }) }
        : {},
      resolve,
    }
    return t.field(options as never) // its types depend on those of the parameters, which the compiler cannot follow
  })
  return type
}

const describeNoun = (noun: string) =>
  noun === 'ids' ? 'The global ids of what was removed.' : 'What was created or changed.'

const uncapitalized = (name: string) => `${name[0]?.toLowerCase()}${name.slice(1)}`

/** Empty for a list, which needs a noun. */
function nameOf(type: unknown): string {
  if (typeof type === 'string') return type
  return (type as { name?: string }).name ?? '' // a reference to a type
}
