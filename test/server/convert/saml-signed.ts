/** Signs SAML metadata with xmlsec1, and reads it as the converter does. */
import { readMetadata } from '#server/convert/saml/read.ts'
import { readCertificates } from '#server/convert/saml/signature/certificate.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { entityXml, groupXml, type TestEntity } from '#test/helpers/saml-metadata.ts'
import {
  makeSigningKey,
  type SigningKey,
  signatureTemplate,
  signXml,
  type Template,
} from '#test/helpers/xmlsec.ts'

export const idp: TestEntity = {
  entityId: 'https://idp.example.org',
  organization: { name: 'Example &amp; Co' },
}
export const sp: TestEntity = { entityId: 'https://sp.example.org', role: 'sp' }
export const evil = entityXml({ entityId: 'https://evil.example.org' })

export const both = [idp.entityId, sp.entityId]

/** Keys of a test file. */
export function signedInFile() {
  const folder = folderInFile('inmor-saml')
  const rsa = inFile(() => makeSigningKey(folder))
  const ec = inFile(() => makeSigningKey(folder, 'EC'))

  /** The entity identifiers that are read; the text arrives in small pieces. */
  async function read(xml: string, { certificate }: SigningKey = rsa): Promise<string[]> {
    const bytes = Buffer.from(xml)
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += 701) yield bytes.subarray(at, at + 701)
    }
    const certificates = await readCertificates(certificate)
    const { entities } = await readMetadata(pieces(), { source: 'edu.xml', certificates, now: new Date() })
    return entities.map(({ entityId }) => entityId)
  }

  const sign = (xml: string, key: SigningKey = rsa) => signXml(folder, xml, key)
  const signGroup = (template: Template = {}, key: SigningKey = rsa) =>
    sign(groupXml([idp, sp], { inside: signatureTemplate(template) }), key)

  return { folder, rsa, ec, read, sign, signGroup }
}
