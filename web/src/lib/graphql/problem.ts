/** What a user reads about an error of the API, or of the way to it. */

/** Describes an error by the API's code. `advice` is for a form, whose content must be kept. */
export const problems = {
  UNAUTHENTICATED: {
    status: 401,
    message: 'Your session has ended.',
    advice: 'Sign in again, then retry. Your input is kept.',
  },
  FORBIDDEN: {
    status: 403,
    message: 'Your role does not allow this.',
    // Forms are shown only to users who may send them.
    advice:
      'It was changed while this page was open. Your input is kept; an administrator can give you the role back.',
  },
  SECOND_FACTOR_REQUIRED: {
    status: 403,
    message: 'A second factor is required.',
    advice: 'Sign in with the one of your account. If it has none, set one up under My account.',
  },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    message: 'You must choose a new password first.',
    advice: 'Reload the page to choose it.',
  },
  ANCHOR_REQUIRED: {
    status: 409,
    message: 'This installation has several anchors now.',
    advice: 'Your input is kept; note it, then reload the page to choose an anchor.',
  },
  DOCUMENT_NOT_TRUSTED: {
    status: 409,
    message: 'This page is older than the server.',
    advice: 'Your input is kept; note it, then reload the page.',
  },
  NETWORK: {
    status: 503,
    message: 'The server cannot be reached.',
    advice: 'The change may not have been made. Try again in a moment.',
  },
} as const

type ApiError = { message: string; extensions: Readonly<Record<string, unknown>> }

/** A failed request: the way to the API, or what the API answered. */
interface Failure {
  networkError?: Error | undefined
  graphQLErrors: readonly ApiError[]
}

/** Whether one of the errors of an answer has the code. */
export const hasCode = (errors: readonly Pick<ApiError, 'extensions'>[] | undefined, code: string): boolean =>
  errors?.some(({ extensions }) => extensions.code === code) ?? false

interface Problem {
  status: number
  message: string
  advice: string
  requestId?: string
}

const isKnown = (code: unknown): code is keyof typeof problems =>
  typeof code === 'string' && Object.hasOwn(problems, code)

export function problemOf(failure: Failure): Problem {
  if (failure.networkError) return problems.NETWORK
  const [first] = failure.graphQLErrors
  const { code, requestId } = first?.extensions ?? {}
  if (isKnown(code)) return problems[code]
  return {
    // An address with an id that cannot be one, or with the cursor of a row that was removed.
    status: code === 'NOT_FOUND' || code === 'BAD_USER_INPUT' ? 404 : 500,
    message: first?.message ?? 'The server returned an error.',
    advice: typeof requestId === 'string' ? `The server log has the details under ${requestId}.` : '',
    ...(typeof requestId === 'string' && { requestId }),
  }
}
