/** Explains failures of an object store. Messages of the SDK may name accounts, so only the name of the error is repeated. */
import { TargetError } from './refusal.ts'

type Row = [pattern: RegExp, sentence: string, flags?: { isMissing?: true; isUnsupported?: true }]

/** The first row that matches applies. */
const rows: readonly Row[] = [
  [/^NoSuchBucket$/, 'does not exist. Create the bucket, or correct its name'],
  [/^(NoSuchKey|NotFound)$/, 'has no such object', { isMissing: true }],
  [
    /^(PreconditionFailed|ConditionalRequestConflict|OperationAborted)$/,
    'was changed by another program meanwhile. Let only one mirror write into it',
  ],
  [
    /^(Credentials|Token)ProviderError$/,
    'needs credentials, and none were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another way of the SDK',
  ],
  [
    /^(AccessDenied|AllAccessDisabled|Forbidden|Invalid(AccessKeyId|ClientTokenId|Token)|SignatureDoesNotMatch|ExpiredToken|403)/,
    'refuses the credentials. Check them, and that they may list, read, write and delete',
  ],
  [/^(NotImplemented|501)$/, 'does not support a request', { isUnsupported: true }],
  [/^RequestTimeTooSkewed$/, 'has another time. Correct the clock'],
  [
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint|301|307)/,
    'is in another region. Set AWS_REGION',
  ],
  [/^InvalidBucketName$/, 'is no name of a bucket. Correct it'],
  [/^Region/, 'needs a region. Set AWS_REGION'],
]

export function explain(error: unknown, name: string): TargetError {
  const known = nameOf(error)
  const [, sentence = 'cannot be reached, or failed', flags = {}] =
    rows.find(([pattern]) => pattern.test(known)) ?? []
  return new TargetError(`${name} ${sentence} (${known}).`, { cause: error, ...flags })
}

/** Of the error, of the system, or the status of an answer without a body. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (/^Region /.test(error.message)) return 'Region is missing'
  const { code, $metadata } = error as { code?: string; $metadata?: { httpStatusCode?: number } } // of Node, or of the SDK
  if (typeof code === 'string') return code
  const isNamed = !/^(Error|Unknown|UnknownError)$/.test(error.name)
  return isNamed ? error.name : String($metadata?.httpStatusCode ?? error.name)
}
