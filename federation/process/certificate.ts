/** Reads the TLS certificate and its key, and again after each change of their files. */
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { FastifyBaseLogger } from 'fastify'
import { describeFiles, watch } from '#store/watch.ts'
import { StartError, systemCode } from './start-error.ts'

type Files = { certFile: string; keyFile: string }

type Certificate = { cert: Buffer; key: Buffer }

export type CertificateFiles = {
  initial: Certificate
  /** Calls `onChange` with each new certificate. If a change is invalid, the previous one stays in use. */
  follow(onChange: (certificate: Certificate) => void): void
  close(): void
}

/** @throws StartError when the files are not a certificate and its key */
export async function openCertificate(
  files: Files,
  log: FastifyBaseLogger,
  intervalMs: number,
): Promise<CertificateFiles> {
  let use: ((certificate: Certificate) => void) | undefined
  const reload = async () => {
    try {
      use?.(await readCertificate(files))
      log.info({ file: files.certFile }, 'Reloaded the certificate')
    } catch (error) {
      log.error({ err: error }, 'The certificate changed but is not usable. The previous one stays in use.')
    }
  }
  const { certFile, keyFile } = files
  const watching = watch(
    () => describeFiles([certFile, keyFile]),
    () => void reload(),
    intervalMs,
  )
  await watching.ready // before the first read, so that no change is missed
  const initial = await readCertificate(files).catch((error: unknown) => {
    watching.close()
    throw error
  })
  return {
    initial,
    follow(onChange) {
      use = onChange
    },
    close: watching.close,
  }
}

async function readCertificate({ certFile, keyFile }: Files): Promise<Certificate> {
  // One after the other, so that of two faults always the first is reported.
  const cert = await readPem('TLS_CERT', certFile)
  const key = await readPem('TLS_KEY', keyFile)
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    const reason = (error as Error).message // OpenSSL throws errors only
    throw new StartError(
      `TLS_CERT ${certFile} and TLS_KEY ${keyFile} are not a certificate and its key (${reason}).`,
    )
  }
  return { cert, key }
}

async function readPem(variable: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new StartError(`${variable} ${file} cannot be read (${systemCode(error)}).`, { cause: error })
  }
}
