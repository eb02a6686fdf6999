/** Measures `inmor convert saml` with metadata that xmlsec1 has signed: the time on the clock, and the most memory. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CATEGORY, CERTIFICATION, entityXml, groupXml } from '#test/helpers/saml-metadata.ts'
import { makeSigningKey, signatureTemplate, signXml, xmlsecLacking } from '#test/helpers/xmlsec.ts'
import { megabytes, number, type Part, section } from './document.ts'
import { ofFirstLine } from './program.ts'

const exec = promisify(execFile)
const INMOR = fileURLToPath(new URL('../../server/cli/inmor.ts', import.meta.url))

/** Makes a program say its most memory, in KiB, when it ends. */
const saying = `--import=data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))",
)}`

export const convertPart: Part = {
  name: 'convert',
  usual: ['quick', 'full'],
  async measure(effort, say) {
    if (xmlsecLacking) {
      say(`convert: ${xmlsecLacking}`)
      return []
    }
    const sizes = { quick: [1_000], full: [1_000, 10_000, 25_000] }[effort]
    const rows: string[][] = []
    for (const size of sizes) rows.push(await measureConversion(size))
    return [
      section('Conversion of SAML metadata', '', ['entities', 'metadata', 'duration', 'most memory'], rows),
    ]
  },
}

async function measureConversion(size: number): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'inmor-bench-'))
  try {
    const key = await makeSigningKey(folder)
    const entities = Array.from({ length: size }, (_, at) => largeEntity(at))
    const file = join(folder, 'edu.xml')
    await writeFile(file, await signXml(folder, groupXml(entities, { inside: signatureTemplate() }), key))
    const args = [
      saying,
      INMOR,
      'convert',
      'saml',
      file,
      '--certificate',
      key.certificate,
      '-o',
      join(folder, 'out'),
    ]
    const start = performance.now()
    const { stderr } = await exec(process.execPath, args, { env: { ...process.env, ...ofFirstLine } })
    const seconds = (performance.now() - start) / 1_000
    const [, kibibytes] = /peak (\d+)/.exec(stderr) ?? []
    const bytes = (await stat(file)).size
    return [number(size), megabytes(bytes), `${seconds.toFixed(1)} s`, megabytes(Number(kibibytes) * 1_024)]
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Certificates are most of its 8 KB, as in metadata of eduGAIN. */
function largeEntity(at: number): string {
  const name = `University ${at >> 1}`
  const xml = entityXml({
    entityId: `https://e${at}.example.org/shibboleth`,
    role: at % 2 === 0 ? 'idp' : 'sp',
    registrar: `http://www.federation${at % 70}.se/`,
    organization: { name, url: `https://www.u${at >> 1}.example.org` },
    displayName: `${name} sign-in`,
    attributes: {
      [CATEGORY]: ['http://refeds.org/category/research-and-scholarship'],
      [CERTIFICATION]: ['https://refeds.org/sirtfi'],
    },
    contacts: [
      { type: 'technical', email: `mailto:admin${at}@example.org`, name: 'Admin' },
      { type: 'other', email: `mailto:cert@u${at >> 1}.example.org`, isSecurity: true },
    ],
  })
  const end = xml.lastIndexOf('</md:')
  const services = Array.from(
    { length: 16 },
    (_, index) =>
      `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://e${at}.example.org/SSO/${index}"/>`,
  )
  return `${xml.slice(0, end)}<md:Role>${certificate(at)}${services.join('\n')}</md:Role>${xml.slice(end)}`
}

function certificate(at: number): string {
  const blocks = Array.from({ length: 44 }, (_, block) =>
    createHash('sha512').update(`${at} ${block}`).digest('base64'),
  )
  return `<md:KeyDescriptor>${blocks.join('\n')}</md:KeyDescriptor>`
}
