/** Describes what is delivered: a row for each target of the Dockerfile, and one for the release. */

export type Layout = {
  /** Entry points; what they import comes along. */
  programs: readonly string[]
  /** Files and folders that are read rather than imported. */
  files: readonly string[]
  /** Command names of the programs in the application directory. */
  commands: Readonly<Record<string, string>>
  /** Files whose imports are left out. Programs import them on demand. */
  leftOut: readonly string[]
}

const [keygeneration, collection] = [
  'federation/cli/keygeneration.ts',
  'federation/cli/collection.ts',
] as const
const exporter = 'federation/export/main.ts'
/** Started as a process of its own when a key is in a PKCS#11 token. */
const tokenProcess = 'federation/key-store/pkcs11-process.ts'
const keyTools = [keygeneration, collection]
const keyCommands = { 'inmor-keygeneration': keygeneration, 'inmor-collection': collection }
const management = 'server/cli/inmor.ts'
const migrations = 'prisma/migrations'
const console = 'web/build'
/** The licences of the packages demand that their text comes along. */
const licences = ['LICENSE', 'THIRD-PARTY-NOTICES.md']

/** The manifests of optional packages, from which npm installs them. */
const manifestsOf = (...folders: string[]) =>
  folders.flatMap((folder) => ['package.json', 'package-lock.json'].map((file) => `${folder}/${file}`))
const manifests = manifestsOf(
  'federation/key-store/packages/pkcs11js',
  'federation/key-store/packages/client-kms',
)
const edges = ['deploy/edge/nginx.conf', 'deploy/edge/Caddyfile']

/** No image contains the embedded services. */
const leftOut = ['server/embedded/database.ts', 'server/embedded/redis.ts']

export const images = {
  ta: {
    programs: ['federation/main.ts', exporter, tokenProcess, ...keyTools],
    files: ['federation/page/style.css', ...manifests, ...licences],
    commands: { ...keyCommands, 'inmor-export': exporter },
    leftOut,
  },
  admin: {
    programs: ['server/main.ts', management, tokenProcess, ...keyTools],
    files: [migrations, console, 'deploy/images/docker-entrypoint.sh', ...manifests, ...edges, ...licences],
    commands: {
      ...keyCommands,
      inmor: management,
      'docker-entrypoint.sh': 'deploy/images/docker-entrypoint.sh',
    },
    leftOut,
  },
  worker: {
    programs: ['server/worker.ts', management, tokenProcess],
    files: [migrations, ...manifests, ...edges, ...licences],
    commands: { inmor: management },
    leftOut,
  },
  frontend: { programs: [], files: [console, ...licences], commands: {}, leftOut: [] },
} satisfies Record<string, Layout>

/** All programs but those that build and test: both servers in one process or apart, and the commands. */
export const release: Layout = {
  programs: [
    'server/standalone.ts',
    ...new Set([images.ta, images.admin, images.worker].flatMap(({ programs }) => programs)),
  ],
  files: [...images.ta.files, ...edges, migrations, console, 'inmor', 'README.md', 'CHANGELOG.md'],
  commands: {},
  leftOut: [],
}
