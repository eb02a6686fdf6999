/** The commands that the test of several anchors runs: arguments and expected output. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { groupXml } from '#test/helpers/saml-metadata.ts'

/** A Trust Mark type of both anchors. */
export const TYPE = 'https://ta.example.org/marks/member'

/** What arguments name of the anchor that the command is about. */
export type Named = {
  slug: string
  entityId: string
  /** The file of its backup. */
  backup: string
  keysDirectory: string
  /** Where the old inmor keeps its data. */
  oldRedisUrl: string
  /** The number of the organization that it alone has, which has a member. */
  organizationId: string
  /** The number of its open request. */
  requestId: string
  /** The kid of a key in this state. */
  kidOf(state: string): Promise<string>
}

type Row = {
  /** After the name of the command. */
  args?(about: Named): string[] | Promise<string[]>
  /** In its output. */
  shows: RegExp
  code?: 1
}

/** The commands about one anchor, in this order. */
export const rows: Readonly<Record<string, Row>> = {
  export: { shows: /^apiVersion: inmor\/v1\nanchor: test\n/ },
  'audit export': { shows: /"action":"registerSubordinate"/ },
  backup: {
    args: ({ backup }) => [`--output=${backup}`],
    shows: /Subordinate \.\.\. 2 rows\n(.*\n)*.*not encrypted\.\n/,
  },
  restore: {
    args: ({ backup }) => [backup],
    code: 1,
    shows: /^The anchor \w+ is not empty: /,
  },
  delegate: {
    args: ({ keysDirectory }) => [
      `--key=${join(keysDirectory, 'private.json')}`,
      ...['--owner=https://owner.example.org', `--type=${TYPE}`, '--json'],
    ],
    shows: /"sub":"http/,
  },
  keygen: { args: () => ['--type=ES256'], code: 1, shows: /private\.json already exists/ },
  'convert saml': {
    async args({ backup }) {
      const file = `${backup}.xml`
      await writeFile(file, groupXml([{ entityId: 'https://idp.example.org' }]))
      return [file, '--unsigned']
    },
    shows: /^anchor: (main|test)$/m,
  },
  // Of the commands of the API, one of each kind. Each operation is tested in test/server/anchor.
  'keys list': { shows: /^KID .*\n.* CURRENT .*\n$/ },
  'rollover set': { args: () => ['--months=12'], shows: /^next step: +ANNOUNCE$/m },
  'keys announce': { args: () => ['--alg=ES256'], shows: /^state: +ANNOUNCED$/m },
  'keys switch': { args: () => ['--override-reason=a test'], shows: /^state: +CURRENT$/m },
  'keys revoke': {
    args: async ({ kidOf }) => [await kidOf('PUBLISHED'), '--reason=superseded'],
    shows: /^revoked\.reason: +superseded$/m,
  },
  'keys retire': {
    args: async ({ kidOf }) => [await kidOf('CURRENT')],
    code: 1,
    shows: /^This is the current key/,
  },
  'publication rebuild': { shows: /^subordinates: +2\ntrust marks: +1$/m },
  'renewal start': {
    args: () => ['--kind=trust-marks', '--follow'],
    shows: /\n.* OK\nSUCCEEDED: 1 done, 0 failed/,
  },
  'organization list': { shows: /^ID .*\n\d+ +Only \w+ .*\n$/ },
  'organization show': { args: ({ organizationId }) => [organizationId], shows: /^name: +Only /m },
  'organization create': { args: () => ['--name=New'], shows: /^name: +New$/m },
  'organization remove': {
    args: ({ organizationId }) => [organizationId],
    code: 1,
    shows: /^Only \w+ has 1 member\./,
  },
  'request return': {
    args: ({ requestId }) => [requestId, '--message=x'],
    shows: /^state: +WAITING_FOR_MEMBER$/m,
  },
  'checks set': {
    args: () => ['--entity-type=openid_relying_party', '--no-approves'],
    shows: /^entity type: +openid_relying_party$/m,
  },
  'checks list': { shows: /\nopenid_relying_party .*\n$/ },
  'policy evaluate': { args: () => ['--follow'], shows: /\n.* OK.*\nSUCCEEDED: 1 done, 0 failed/ },
  'subordinate change': {
    args: () => ['--action=update', '--filter={}', '--changes={"validFor": 48}', '--follow'],
    shows: /(\nhttp.* OK.*){2}\nSUCCEEDED: 2 done, 0 failed/,
  },
  // They name the anchor in a file, and need no installation.
  'convert federation': {
    args: ({ entityId }) => [entityId, '--allow-http'],
    shows: /^anchor: \w+$/m,
  },
  'convert lighthouse': {
    args: ({ entityId }) => [entityId, '--allow-http'],
    code: 1,
    shows: /\/api\/v1\/admin\/entity-configuration returned HTTP status 404\.\n$/,
  },
  'subordinate export': { shows: /^(\{.*\}\n){2}$/ },
  import: {
    args: ({ oldRedisUrl }) => ['--redis', oldRedisUrl],
    shows: /organizationName \.\.\. imported/,
  },
}

/** The arguments of the other commands, if they are run. */
export const ofInstallation: Readonly<Record<string, string[] | undefined>> = {
  migrate: [],
  completion: ['fish'],
  edge: ['nginx', 'https://ta.example.org'],
  'audit verify': [],
  'audit prune': ['--before=2000-01-01'],
  'user set-password': undefined,
  mirror: undefined,
  // Their files name the anchor: cli-configuration.test.ts.
  apply: undefined,
  drift: undefined,
  plan: undefined,
  resolve: undefined,
}
