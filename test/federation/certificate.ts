/** A certificate for 127.0.0.1 from an untrusted issuer, and its key. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export async function makeCertificate(directory: string): Promise<{ certFile: string; keyFile: string }> {
  const certFile = join(directory, 'cert.pem')
  const keyFile = join(directory, 'key.pem')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile]
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
  await promisify(execFile)('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject])
  return { certFile, keyFile }
}
