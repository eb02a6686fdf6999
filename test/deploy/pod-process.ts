/** Runs the container of a pod that helm printed as a process: its command, its environment and its files, on loopback. */
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { linkPackages } from '#test/helpers/image-layout.ts'
import { type Program, runCommand } from '#test/helpers/program.ts'
import { assemble } from '../../deploy/images/assemble.ts'
import { images } from '../../deploy/images/images.ts'
import { type Container, type Manifest, root } from './chart.ts'

/** The uid of the pods, if this process may switch to it. */
const user = process.getuid?.() === 0 ? 999 : undefined
const programs = ['ta', 'admin', 'worker'] as const

export type Node = {
  directory: string
  /** Runs a container of the component; `changes` come on top of its environment, such as a port. */
  start(manifest: Manifest, changes?: Record<string, string>, which?: 'init'): Promise<Program>
  close(): Promise<void>
}

/** `secrets` are the values of the Secrets, by name and key. `hosts` has what the names of Services stand for. */
export async function startNode(
  secrets: Record<string, string>,
  hosts: () => Record<string, string>,
): Promise<Node> {
  const directory = await mkdtemp(join(tmpdir(), 'inmor-node-'))
  await chmod(directory, 0o755)
  for (const name of programs) await assemble(images[name], join(directory, `app-${name}`), linkPackages)
  for (const path of ['keys', 'srv/inmor', 'tmp', 'configuration']) await makeWritable(join(directory, path))
  await mkdir(join(directory, 'bin'))
  await copyFile(process.execPath, join(directory, 'bin/node'))

  /** The text with the folders of this node, and what its services stand for. */
  function translate(text: string, component: string, target: string): string {
    const replaced = Object.entries(hosts()).reduce((now, [name, host]) => now.replaceAll(name, host), text)
    const places: Record<string, string> = {
      app: `app-${target}`,
      'etc/nginx/nginx.conf': 'nginx.conf',
      'run/secrets/inmor': `secrets/${component}`,
    }
    const path =
      /(?<![\w./-])\/(app|etc\/nginx\/nginx\.conf|run\/secrets\/inmor|keys|srv\/inmor|tmp|configuration)\b/g
    return replaced.replaceAll(path, (_, name: string) => join(directory, places[name] ?? name))
  }

  async function writeFiles(manifest: Manifest, component: string): Promise<void> {
    const sources =
      manifest.spec?.template?.spec.volumes.flatMap(({ projected }) => projected?.sources ?? []) ?? []
    for (const { secret } of sources) {
      for (const { key, path } of secret.items) {
        const file = join(directory, 'secrets', component, path)
        await mkdir(dirname(file), { recursive: true })
        const value = secrets[`${secret.name}/${key}`]
        if (value === undefined) throw new Error(`no Secret ${secret.name} has ${key}`)
        await writeFile(file, `${value}\n`)
      }
    }
  }

  return {
    directory,
    async start(manifest, changes = {}, which) {
      const pod = manifest.spec?.template?.spec
      const container = which ? pod?.initContainers[0] : pod?.containers[0]
      if (!container) throw new Error(`${manifest.metadata.name} has no container`)
      const component = manifest.metadata.labels['app.kubernetes.io/component'] ?? ''
      const target = targetOf(container)
      await writeFiles(manifest, component)
      const [program = '', ...args] = (await commandOf(container, target)).map((each) =>
        translate(each, component, target),
      )
      const given = container.env.map(({ name, value }) => [name, translate(value, component, target)])
      const environment = {
        PATH: `${directory}/app-${target}:${directory}/bin:/usr/sbin:/usr/bin:/bin`,
        NODE_COMPILE_CACHE: join(directory, 'tmp/compiled'), // several pods have the same image
        ...Object.fromEntries(given),
        ...changes,
      }
      return runCommand(program, args, { environment, ...(user === undefined ? {} : { uid: user }) })
    },
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

async function makeWritable(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  if (user !== undefined) await chown(path, user, user)
}

/** The target of the Dockerfile with the image, as compose.yaml names them. */
const targetOf = ({ image }: Container): string => {
  const [, name = ''] = /\/inmor(?:-(\w+))?:/.exec(image) ?? []
  return name || 'ta'
}

/** Its own command, or else that of the image. */
async function commandOf({ command }: Container, target: string): Promise<string[]> {
  if (command) return command
  const stages = (await readFile(root('Dockerfile'), 'utf8')).split(/^FROM /m)
  const stage = stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${target}`)) ?? ''
  return JSON.parse(/^CMD (.+)$/m.exec(stage)?.[1] ?? '[]')
}
