/** An anchor with members, its server, an exporter, nginx in front of the files, and a mirror. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '#test/helpers/program.ts'
import { megabytes, type Say } from '../document.ts'
import { serve } from '../federation.ts'
import { entityId } from '../fill.ts'
import { prepareInstallation } from '../installation.ts'
import { startEdge } from '../nginx.ts'
import { ofExporter, ofFirstLine, usageOf } from '../program.ts'
import { publishMembers } from './members.ts'

export type Site = Awaited<ReturnType<typeof startSite>>

export async function startSite(members: number, say: Say) {
  const installation = await prepareInstallation()
  const admin = await publishMembers(installation, members)
  say(`${members} members are published.`)
  const { redisUrl, keysDirectory } = installation
  const ta = await serve({ redisUrl, keysDirectory })
  const [files, kept] = [await mkdtemp(join(tmpdir(), 'files-')), await mkdtemp(join(tmpdir(), 'mirror-'))]
  await Promise.all([files, kept].map((folder) => chmod(folder, 0o755))) // nginx is another user
  const environment = {
    ...ofExporter,
    TA_DOMAIN: entityId,
    REDIS_URL: redisUrl,
    KEYS_DIR: keysDirectory,
    ALLOW_HTTP: 'true',
  }
  const exporter = run('federation/export/main.ts', [files], { environment })
  await exporter.printed(/was compared/)
  const edge = await startEdge(files)
  const place = [edge.url, kept, '--allow-http', '--serve', '127.0.0.1:0']
  const mirror = run('server/cli/inmor.ts', ['mirror', ...place], { environment: ofFirstLine })
  const [, mirrorUrl = ''] = await mirror.printed(/Serving at (\S+)/)
  await mirror.printed(/^Manifest \d+/m)
  const peaks = await Promise.all([exporter, mirror].map(async ({ pid }) => (await usageOf([pid])).peak))
  say(`${members} members are exported and mirrored, with at most ${peaks.map(megabytes).join(' and ')}.`)
  return {
    installation,
    admin,
    urls: { ta: ta.url, nginx: edge.url, mirror: mirrorUrl },
    folders: { files, mirror: kept },
    /** All but nginx and the mirror, without a warning. */
    async kill() {
      exporter.kill('SIGKILL')
      await Promise.all([ta.end(), exporter.ended, installation.close()])
    },
    async close() {
      mirror.kill('SIGTERM')
      await Promise.all([mirror.ended, edge.end()])
      await Promise.all([files, kept].map((folder) => rm(folder, { recursive: true })))
    },
  }
}
