/** Reads the certificates whose keys may sign metadata. Only their keys count: trust comes from the file, not from an issuer. */
import { type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '#federation/config/error.ts'

const MINIMUM_RSA_BITS = 2048
const curves = ['prime256v1', 'secp384r1', 'secp521r1']

export type SigningCertificate = { key: KeyObject; subject: string; validTo: Date }

/** All in a PEM file: a federation that replaces its key has two for a time. @throws ConfigurationError */
export async function readCertificates(file: string): Promise<SigningCertificate[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigurationError(`${file} cannot be read: ${error.message}`)
  })
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (found.length > 0) return found.map((pem) => parse(file, pem))
  throw new ConfigurationError(
    `${file} has no certificate. --certificate needs a PEM file with the federation’s signing certificate.`,
  )
}

function parse(file: string, pem: string): SigningCertificate {
  try {
    const certificate = new X509Certificate(pem)
    const { publicKey: key, subject, validToDate: validTo } = certificate
    refuseWeak(file, key)
    return { key, subject: subject.replaceAll('\n', ', '), validTo }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(`A certificate in ${file} is not readable: ${(error as Error).message}`) // of node:crypto
  }
}

function refuseWeak(
  file: string,
  { asymmetricKeyType, asymmetricKeyDetails: details = {} }: KeyObject,
): void {
  const bits = details.modulusLength ?? 0
  if (asymmetricKeyType === 'rsa' && bits >= MINIMUM_RSA_BITS) return
  if (asymmetricKeyType === 'ec' && curves.includes(details.namedCurve ?? '')) return
  const what =
    asymmetricKeyType === 'rsa' ? `an RSA key of ${bits} bits` : `a key of the type ${asymmetricKeyType}`
  throw new ConfigurationError(
    `A certificate in ${file} has ${what}. Accepted are RSA with at least ${MINIMUM_RSA_BITS} bits, and EC with P-256, P-384 or P-521.`,
  )
}
