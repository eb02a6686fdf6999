/** Counts and times GraphQL operations and their errors by code. Labels are field names of the schema, never the client's. */
import { type DocumentNode, getOperationAST, Kind } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { Counter, Histogram, type Registry } from 'prom-client'
import { durationBuckets } from '#federation/metrics/registry.ts'
import type { SignInObserver } from '#server/auth/sign-in-record.ts'

export type OperationObserver = {
  plugin: Plugin
  /** A mutation returned an expected failure; thrown errors are observed here. */
  failed(operation: string, code: string): void
}

/** The label for documents that are invalid or name no field of the schema. */
const UNKNOWN = 'none'

type Asked = { type: string; operation: string; startedAt: number }

export function observeOperations(registry: Registry): OperationObserver {
  const durations = new Histogram({
    name: 'inmor_graphql_operation_duration_seconds',
    help: 'Duration of a GraphQL operation by type and first field; of a subscription, until it is established.',
    labelNames: ['type', 'operation'],
    buckets: durationBuckets,
    registers: [registry],
  })
  const errors = new Counter({
    name: 'inmor_graphql_errors_total',
    help: 'Errors of GraphQL operations and expected failures of mutations, by first field and code.',
    labelNames: ['operation', 'code'],
    registers: [registry],
  })
  const underWay = new WeakMap<object, Asked>()

  const note = ({
    args,
  }: {
    args: { contextValue: object; document: DocumentNode; operationName?: string | null | undefined }
  }) => {
    const request = requestOf(args.contextValue)
    const asked = request && underWay.get(request)
    const ast = getOperationAST(args.document, args.operationName)
    // The document is valid here, so its first field is in the schema. Fragments are not followed.
    const first = ast?.selectionSet.selections[0]
    if (!asked || !ast) return
    asked.type = ast.operation
    asked.operation = first?.kind === Kind.FIELD ? first.name.value : UNKNOWN
  }

  return {
    failed: (operation, code) => errors.inc({ operation, code }),
    plugin: {
      onParams({ request }) {
        underWay.set(request, { type: UNKNOWN, operation: UNKNOWN, startedAt: performance.now() })
      },
      onExecute: note,
      onSubscribe: note,
      onExecutionResult({ request, result }) {
        const asked = underWay.get(request)
        if (!asked) return
        const { type, operation, startedAt } = asked
        durations.observe({ type, operation }, (performance.now() - startedAt) / 1000)
        if (typeof result !== 'object' || result === null || !('errors' in result)) return
        for (const { extensions } of result.errors ?? [])
          errors.inc({ operation, code: String(extensions?.code ?? UNKNOWN) })
      },
    },
  }
}

function requestOf(context: object): object | null {
  return 'request' in context && typeof context.request === 'object' ? context.request : null
}

/** Counts sign-ins by method and outcome. */
export function observeSignIns(registry: Registry): SignInObserver {
  const signIns = new Counter({
    name: 'inmor_sign_ins_total',
    help: 'Sign-in attempts, by method and outcome.',
    labelNames: ['method', 'outcome'],
    registers: [registry],
  })
  return (method, outcome) => signIns.inc({ method, outcome })
}
