/** Signs XML with a foreign program, xmlsec1, and makes the keys and certificates for it. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Why tests with xmlsec1 are skipped here; null where they run. */
export const xmlsecLacking: string | null = await exec('xmlsec1', ['--version']).then(
  () => null,
  () => 'xmlsec1 is not installed',
)

export type SigningKey = { key: string; certificate: string }

const algorithms = {
  RSA: ['rsa:2048'],
  'RSA-1024': ['rsa:1024'],
  EC: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
} as const

/** Writes a key and its certificate into the folder. */
export async function makeSigningKey(
  folder: string,
  algorithm: keyof typeof algorithms = 'RSA',
): Promise<SigningKey> {
  const [key, certificate] = [join(folder, `${randomUUID()}.key`), join(folder, `${randomUUID()}.pem`)]
  const subject = ['-subj', '/CN=Test federation', '-days', '1']
  const out = ['-keyout', key, '-out', certificate]
  await exec('openssl', ['req', '-x509', '-nodes', '-newkey', ...algorithms[algorithm], ...out, ...subject])
  return { key, certificate }
}

/** The template of a signature, with what a test wants otherwise. */
export type Template = {
  reference?: string
  digest?: string
  method?: string
  canonicalization?: string
  transforms?: readonly string[]
  /** The InclusiveNamespaces list of the reference and of SignedInfo. */
  prefixes?: string
  /** Further references, and what follows the SignatureValue. */
  references?: string
  rest?: string
}

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = `${DSIG}enveloped-signature`

/** For xmlsec1 to fill. */
export function signatureTemplate({
  reference = '#_root',
  digest = 'http://www.w3.org/2001/04/xmlenc#sha256',
  method = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  canonicalization = EXCLUSIVE,
  transforms = [ENVELOPED, EXCLUSIVE],
  prefixes,
  references = '',
  rest = '',
}: Template = {}): string {
  const list =
    prefixes === undefined ? '' : `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${prefixes}"/>`
  const each = transforms.map(
    (name) => `<ds:Transform Algorithm="${name}">${name === EXCLUSIVE ? list : ''}</ds:Transform>`,
  )
  return [
    `<ds:Signature xmlns:ds="${DSIG}"><ds:SignedInfo>`,
    `<ds:CanonicalizationMethod Algorithm="${canonicalization}">${list}</ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="${method}"/><ds:Reference URI="${reference}">`,
    `<ds:Transforms>${each.join('')}</ds:Transforms><ds:DigestMethod Algorithm="${digest}"/><ds:DigestValue/>`,
    `</ds:Reference>${references}</ds:SignedInfo><ds:SignatureValue/>${rest}</ds:Signature>`,
  ].join('\n')
}

const MD = 'urn:oasis:names:tc:SAML:2.0:metadata'

/** Fills the template in the document. `hmac` signs with a shared secret instead. */
export async function signXml(
  folder: string,
  xml: string,
  { key }: SigningKey,
  { hmac = false } = {},
): Promise<string> {
  const [from, to, secret] = ['xml', 'signed', 'secret'].map((end) => join(folder, `${randomUUID()}.${end}`))
  if (!from || !to || !secret) throw new TypeError('three names')
  await writeFile(from, xml)
  await writeFile(secret, 'secret')
  const ids = ['EntitiesDescriptor', 'EntityDescriptor'].flatMap((name) => ['--id-attr:ID', `${MD}:${name}`])
  const keys = hmac ? ['--hmackey', secret] : ['--privkey-pem', key]
  await exec('xmlsec1', ['--sign', ...keys, ...ids, '--output', to, from])
  return readFile(to, 'utf8')
}
