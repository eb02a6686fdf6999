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
  /** One scope, or any of several, or what the input decides. */
  scope: keyof Scopes | ScopeMap | ScopesOf<InputShapeFromFields<Fields>>
  /** Set where it is about the installation, or finds its anchor itself. */
  ofInstallation?: true
  /** Set where a session must be recent, because access or keys change. */
  isSensitive?: true
  /** Absent: the operation has no arguments. */
  input?: { describes: string; isOptional?: true; fields: (t: InputFields) => Fields }
  result: Type
  /** The expected ones; without any, the mutation returns its bare result. */
  errors: readonly Failure[]
  run(
    input: InputShapeFromFields<Fields>,
    context: OperationContext,
    info: GraphQLResolveInfo,
  ): MaybePromise<ShapeFromTypeParam<Types, Type, false>>
}

/** Adds the mutation and the type of its input, which is named after it and returned. */
export function operation<Type extends TypeParam<Types>, Fields extends InputFieldMap = Record<never, never>>(
  name: string,
  { describes, scope, ofInstallation, isSensitive, input, result, errors, run }: Operation<Type, Fields>,
) {
  const type = builder.inputRef<InputShapeFromFields<Fields>>(
    `${name[0]?.toUpperCase()}${name.slice(1)}Input`,
  )
  if (input) type.implement({ description: input.describes, fields: input.fields as never }) // the same fields
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
  builder.mutationField(name, (t) => {
    const options = {
      type: result,
      description: describes,
      authScopes: typeof scope === 'string' ? { [scope]: true } : scope,
      extensions: ofInstallation ? { ofInstallation } : {},
      ...(types.length > 0 ? { errors: { types } } : {}),
      args: input
        ? { input: t.arg({ type, required: !input.isOptional, description: input.describes }) }
        : {},
      resolve,
    }
    return t.field(options as never) // its types depend on those of the parameters, which the compiler cannot follow
  })
  return type
}
