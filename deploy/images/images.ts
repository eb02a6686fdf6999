/** Describes the images: one row for each target of the Dockerfile. */

export type Image = {
  /** Entry points; what they import comes along. */
  programs: readonly string[]
  /** Files and folders that are read rather than imported. */
  files: readonly string[]
  /** Command names of the programs in the application directory. */
  commands: Readonly<Record<string, string>>
}

const [keygeneration, collection] = [
  'federation/cli/keygeneration.ts',
  'federation/cli/collection.ts',
] as const
/** Started as a process of its own when a key is in a PKCS#11 token. */
const tokenProcess = 'federation/key-store/pkcs11-process.ts'
const keyTools = [keygeneration, collection]
const keyCommands = { 'inmor-keygeneration': keygeneration, 'inmor-collection': collection }
const management = 'server/cli/inmor.ts'
const migrations = 'prisma/migrations'
const console = 'web/build'
/** The licences of the packages demand that their text comes along. */
const licences = ['LICENSE', 'THIRD-PARTY-NOTICES.md']

/** Embedded services. Programs import them on demand, and no image contains them. */
export const leftOut: readonly string[] = ['server/embedded/database.ts', 'server/embedded/redis.ts']

export const images = {
  ta: {
    programs: ['federation/main.ts', tokenProcess, ...keyTools],
    files: ['federation/page/style.css', ...licences],
    commands: keyCommands,
  },
  admin: {
    programs: ['server/main.ts', management, tokenProcess, ...keyTools],
    files: [migrations, console, 'deploy/images/docker-entrypoint.sh', ...licences],
    commands: {
      ...keyCommands,
      inmor: management,
      'docker-entrypoint.sh': 'deploy/images/docker-entrypoint.sh',
    },
  },
  worker: {
    programs: ['server/worker.ts', management, tokenProcess],
    files: [migrations, ...licences],
    commands: { inmor: management },
  },
  frontend: { programs: [], files: [console, ...licences], commands: {} },
} satisfies Record<string, Image>
