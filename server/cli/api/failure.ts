/** Failures of commands of the API, with their exit codes. */

export const exitCodes = {
  /** Refused, or failed. */
  failed: 1,
  /** The words are wrong. */
  usage: 2,
  /** A second person must approve the change. */
  approval: 3,
  /** The API cannot be reached. */
  unreachable: 4,
  /** All was restored, and its audit log had been changed before. */
  auditChanged: 5,
} as const

export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: number
  /** For standard output: the id of an approval. */
  readonly output: string | undefined

  constructor(message: string, exitCode: number = exitCodes.failed, output?: string) {
    super(message)
    this.exitCode = exitCode
    this.output = output
  }
}

type Refusal = {
  message: string
  code?: string
  path?: readonly string[] | null
  checks?: readonly { status: string; title: string; message: string; advice: string | null }[]
}

/** An error beside the data. */
export type GraphQLFault = {
  message: string
  extensions?: { code?: string; approval?: string; path?: readonly string[] }
}

/** The message with its code and its path: `It is taken. (CONFLICT at entityId)`. */
export function refusal({ message, code, path, checks = [] }: Refusal): Failure {
  const names = path?.filter((name) => name !== 'input') ?? []
  const place = names.length > 0 ? ` at ${names.join('.')}` : ''
  const failed = checks.filter(({ status }) => status === 'FAILED')
  const lines = failed.map((check) => `  ${check.title}: ${check.message} ${check.advice ?? ''}`.trimEnd())
  return new Failure([`${message}${code ? ` (${code}${place})` : ''}`, ...lines].join('\n'))
}

/** The first error of an answer. */
export function faultOf({ message, extensions = {} }: GraphQLFault): Failure {
  const { code, approval, path } = extensions
  if (approval !== undefined) return new Failure(message, exitCodes.approval, approval)
  return refusal({ message, ...(code ? { code } : {}), ...(path ? { path } : {}) })
}
