/** Reads SAML metadata from chunks of bytes: verified, canonical, then its entities. */
import { SourceError } from '#server/convert/failures.ts'
import type { SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { createMetadataReader, isPlace } from '#server/convert/saml/metadata/reader.ts'
import type { SigningCertificate } from '#server/convert/saml/signature/certificate.ts'
import { createVerified, type Verified } from '#server/convert/saml/verified.ts'
import { createXmlParser, type XmlParser } from '#server/convert/saml/xml/parser.ts'

const GIBIBYTE = 1024 * 1024 * 1024

export type Metadata = {
  entities: readonly SamlEntity[]
  validUntil: Date | null
  /** Null: its signature was not checked. */
  certificate: SigningCertificate | null
}

type Options = {
  /** The name of the source in sentences. */
  source: string
  /** Null: unsigned metadata is read, too. */
  certificates: readonly SigningCertificate[] | null
  now: Date
  /** Of the source; a GiB by default. */
  maximumBytes?: number
}

/** @throws SourceError */
export async function readMetadata(chunks: AsyncIterable<Uint8Array>, options: Options): Promise<Metadata> {
  const { source, certificates, now, maximumBytes = GIBIBYTE } = options
  const verified: Verified = createVerified({
    source,
    certificates,
    isPlace,
    write: (text) => canonical.write(text),
  })
  const reader = createMetadataReader(now, verified.refuse)
  const canonical: XmlParser = createXmlParser(source, reader)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      return verified.refuse('What follows has bytes that are not UTF-8.')
    }
  }
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > maximumBytes)
      throw new SourceError(source, { line: 1, column: 1 }, `It is larger than ${maximumBytes} bytes.`)
    verified.write(decode(chunk))
  }
  verified.write(decode())
  const certificate = verified.close()
  canonical.close()
  return { entities: reader.entities, validUntil: reader.validUntil(), certificate }
}
