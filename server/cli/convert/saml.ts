/** `inmor convert saml`: organizations, awaited members and Trust Mark types of SAML metadata. */
import { readFile } from 'node:fs/promises'
import { ConfigurationError } from '#federation/config/error.ts'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import { printable, write, writeJson } from '#server/cli/api/output.ts'
import { type FollowOptions, follow, withFollow } from '#server/cli/convert/follow.ts'
import { command } from '#server/cli/output.ts'
import { systemClock } from '#server/clock.ts'
import { describeChanges } from '#server/convert/changes.ts'
import { nameOfSource, readSource } from '#server/convert/fetching.ts'
import { changesIn, formatFile, joinFiles, writeFiles } from '#server/convert/files.ts'
import { type Conversion, convertEntities } from '#server/convert/saml/convert.ts'
import { filesOf } from '#server/convert/saml/files.ts'
import { defaultMapping, parseMapping } from '#server/convert/saml/mapping.ts'
import { type Metadata, readMetadata } from '#server/convert/saml/read.ts'
import { describeReport, reportOf } from '#server/convert/saml/report.ts'
import { readCertificates } from '#server/convert/saml/signature/certificate.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

type Options = FollowOptions & {
  anchor: string
  certificate?: string
  unsigned: boolean
  mapping?: string
  printMapping: boolean
  allowHttp: boolean
  json?: boolean
}

export const samlCommand = withFollow(command('saml', 'convert SAML 2.0 metadata of a federation'))
  .argument('[source]', 'the URL of the metadata, or a file')
  .option(
    '-o, --output <folder>',
    'write a file for each kind of object there (default: one document on the standard output)',
  )
  .option('--anchor <slug>', 'the anchor that the files are about', FIRST_ANCHOR)
  .option('--certificate <file>', 'PEM file with the certificates whose keys may have signed the metadata')
  .option('--unsigned', 'read metadata without checking a signature', false)
  .option('--mapping <file>', 'the table that says which values become what')
  .option('--print-mapping', 'print the table that is used without --mapping, to be edited', false)
  .option('--allow-http', 'allow http and private addresses, for tests', false)
  .action(async (source: string | undefined, options: Options) => {
    if (options.printMapping) return write(defaultMapping)
    if (source === undefined) throw new Failure('Name the metadata: a URL or a file.', exitCodes.usage)
    await follow(options, async () => {
      const mapping = await readMapping(options.mapping)
      const metadata = await read(source, options)
      const conversion = convertEntities(metadata.entities, mapping)
      await answer(conversion, metadata, nameOfSource(source), options)
    })
  })

/** @throws Failure, ConfigurationError, FetchError */
async function read(source: string, { certificate, unsigned, allowHttp }: Options): Promise<Metadata> {
  if ((certificate === undefined) !== unsigned)
    throw new Failure(
      'Set either --certificate, with the certificate of the federation, or --unsigned for metadata that you trust anyway.',
      exitCodes.usage,
    )
  const certificates = certificate === undefined ? null : await readCertificates(certificate)
  return readSource(source, { allowHttp }, (chunks) =>
    readMetadata(chunks, { source: nameOfSource(source), certificates, now: systemClock() }),
  )
}

async function readMapping(file: string | undefined) {
  if (file === undefined) return parseMapping('mapping', defaultMapping)
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new ConfigurationError(`${file} cannot be read: ${error.message}`)
  })
  return parseMapping(file, text)
}

/** The report goes to standard output with --output or --json, and otherwise beside the document. */
async function answer(
  conversion: Conversion,
  metadata: Metadata,
  source: string,
  options: Options,
): Promise<void> {
  const files = filesOf(conversion, { anchor: options.anchor, source })
  const changes = options.output === undefined ? null : await changesIn(options.output, files)
  if (options.output !== undefined) await writeFiles(options.output, files)
  const report = reportOf(conversion, metadata, { source, now: systemClock() })
  const joined = joinFiles(files)
  if (options.json) {
    const document = options.output === undefined ? { document: joined.document } : {}
    return writeJson({ ...report, ...document, ...(changes ? { changes } : {}) })
  }
  const since = changes ? `${describeChanges(changes)}\n` : ''
  const text = printable(`${describeReport(report)}\n${since}`)
  if (options.output !== undefined) return write(text)
  await write(formatFile(joined))
  process.stderr.write(text)
}
