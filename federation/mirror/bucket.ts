/** Reads and writes files below a prefix of an S3 bucket. Region, credentials and endpoint are those that the SDK finds. */
import { hasOwnEndpoint } from '../config/object-store.ts'
import { loadPackage } from '../key-store/package.ts'
import { explain } from './bucket-failure.ts'
import { TargetError } from './refusal.ts'

/** The part of the SDK that we use. The package is optional, so are its types. */
type Command = object
type Answer = {
  Body?: { transformToByteArray(): Promise<Uint8Array> }
  ETag?: string
  Metadata?: Record<string, string>
  Contents?: { Key?: string; ETag?: string }[]
  NextContinuationToken?: string
}
type Client = {
  send(command: Command, options: { abortSignal: AbortSignal }): Promise<Answer>
  destroy(): void
}
type Sdk = { S3Client: new (options: object) => Client } & Readonly<
  Record<
    | 'CopyObjectCommand'
    | 'DeleteObjectCommand'
    | 'GetObjectCommand'
    | 'HeadObjectCommand'
    | 'ListObjectsV2Command'
    | 'PutObjectCommand',
    new (
      input: object,
    ) => Command
  >
>

/** Milliseconds to connect, until the end of a request, and between two bytes. A list of a million members has 60 MB. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 120_000, socketTimeout: 10_000 }

/** `hash`: the SHA-256 of the bytes in hex, which the object has as metadata. */
export type Headers = { hash: string; type: string; cacheControl: string }
/** The entity tag that the object must have; null: there must be none. */
export type Condition = { tag: string | null }

export type Bucket = ReturnType<typeof openBucket>

/** `name` as `s3://bucket/prefix`. @throws TargetError, as each of its functions */
export function openBucket(name: string, signal: AbortSignal) {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(name) ?? []
  const keyOf = (path: string) => (prefix === '' ? path : `${prefix}/${path}`)
  const sdk = load()
  const client = new sdk.S3Client({
    forcePathStyle: hasOwnEndpoint(),
    requestHandler: { ...TIMEOUTS, throwOnRequestTimeout: true },
  })

  async function send(command: keyof Omit<Sdk, 'S3Client'>, input: object): Promise<Answer> {
    try {
      return await client.send(new sdk[command]({ Bucket: bucket, ...input }), { abortSignal: signal })
    } catch (error) {
      signal.throwIfAborted()
      throw explain(error, name)
    }
  }

  /** Null: there is none. */
  const find = (command: 'GetObjectCommand' | 'HeadObjectCommand', path: string) =>
    send(command, { Key: keyOf(path) }).catch((error: TargetError) => {
      if (error.isMissing) return null
      throw error
    })

  return {
    name,
    /** Null: there is none. */
    async get(path: string): Promise<{ bytes: Buffer; tag: string | null } | null> {
      const answer = await find('GetObjectCommand', path)
      const bytes = await answer?.Body?.transformToByteArray().catch((error: unknown) => {
        throw explain(error, name)
      })
      return answer && bytes ? { bytes: Buffer.from(bytes), tag: answer.ETag ?? null } : null
    },
    /** Null: there is none, or another program wrote it. */
    async hashOf(path: string): Promise<string | null> {
      return (await find('HeadObjectCommand', path))?.Metadata?.sha256 ?? null
    },
    /** Returns its entity tag. @throws TargetError also if the condition fails */
    async put(path: string, bytes: Buffer, headers: Headers, condition?: Condition): Promise<string | null> {
      const only = condition && (condition.tag === null ? { IfNoneMatch: '*' } : { IfMatch: condition.tag })
      const input = { Key: keyOf(path), Body: bytes, ...inputOf(headers), ...only }
      return (await send('PutObjectCommand', input)).ETag ?? null
    },
    /** Within the object store. */
    async copy(from: string, to: string, headers: Headers): Promise<void> {
      const CopySource = [bucket, ...keyOf(from).split('/')].map(encodeURIComponent).join('/')
      const input = { Key: keyOf(to), CopySource, MetadataDirective: 'REPLACE', ...inputOf(headers) }
      await send('CopyObjectCommand', input)
    },
    async remove(path: string): Promise<void> {
      await send('DeleteObjectCommand', { Key: keyOf(path) })
    },
    /** The path of every file, with its entity tag. */
    async *list(): AsyncGenerator<[path: string, tag: string]> {
      const Prefix = keyOf('')
      let ContinuationToken: string | undefined
      do {
        const page = await send('ListObjectsV2Command', { Prefix, ContinuationToken })
        for (const { Key = '', ETag = '' } of page.Contents ?? []) yield [Key.slice(Prefix.length), ETag]
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
    },
    close: () => client.destroy(),
  }
}

const inputOf = ({ hash, type, cacheControl }: Headers) => ({
  ContentType: type,
  CacheControl: cacheControl,
  Metadata: { sha256: hash },
})

function load(): Sdk {
  try {
    return loadPackage('@aws-sdk/client-s3') as Sdk // see above
  } catch (cause) {
    throw new TargetError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
