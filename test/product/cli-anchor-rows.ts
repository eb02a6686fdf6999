/** The commands that the test of several anchors runs: arguments and expected output. */
import { join } from 'node:path'

/** A Trust Mark type of both anchors. */
export const TYPE = 'https://ta.example.org/marks/member'

/** What arguments name of the anchor that the command is about. */
export type Named = {
  /** The file of its backup. */
  backup: string
  keysDirectory: string
  /** Where the old inmor keeps its data. */
  oldRedisUrl: string
  /** The kid of a key in this state. */
  kidOf(state: string): Promise<string>
}

type Row = {
  /** After the name of the command. */
  args?(about: Named): string[] | Promise<string[]>
  /** In its output. */
  shows: RegExp
  code?: 1
  /** It does something else without an anchor. */
  isOptional?: true
}

/** The commands about one anchor, in this order. */
export const rows: Readonly<Record<string, Row>> = {
  'audit export': { shows: /"action":"registerSubordinate"/, isOptional: true },
  backup: {
    args: ({ backup }) => [`--output=${backup}`],
    shows: /Subordinate \.\.\. 2 rows\n(.*\n)*.*not encrypted\.\n/,
    isOptional: true,
  },
  restore: {
    args: ({ backup }) => [backup],
    code: 1,
    shows: /^The anchor \w+ is not empty: /,
    isOptional: true,
  },
  delegate: {
    args: ({ keysDirectory }) => [
      `--key=${join(keysDirectory, 'private.json')}`,
      ...['--owner=https://owner.example.org', `--type=${TYPE}`, '--json'],
    ],
    shows: /"sub":"http/,
    isOptional: true,
  },
  keygen: { args: () => ['--type=ES256'], code: 1, shows: /private\.json already exists/, isOptional: true },
  'keys list': { shows: /CURRENT .*\n1 keys\./ },
  'keys announce': { args: () => ['--alg=ES256'], shows: /^Announced .*\nIt is published\./ },
  'keys switch': { args: () => ['--override-reason=a test'], shows: /^Signing with / },
  'keys revoke': {
    args: async ({ kidOf }) => [await kidOf('PUBLISHED'), '--reason=superseded'],
    shows: /^Revoked /,
  },
  'keys retire': {
    args: async ({ kidOf }) => [await kidOf('CURRENT')],
    code: 1,
    shows: /^This is the current key/,
  },
  'publish-historical-keys': { shows: /^Published the historical keys/ },
  rebuild: { shows: /^Rebuilt/ },
  'regenerate-entity': { shows: /^Published the Entity Configuration/ },
  'readd-subordinates': { shows: /^(Publishing .* OK\n){2}Published/ },
  'reload-issued-tms': { shows: /^(Reloading .* OK\n)+Reloaded/ },
  'renew-subordinates': { shows: /^(Renewing .* OK\n){2}2 done, 0 failed/ },
  'renew-trust-marks': { shows: /^(Renewing .* OK\n)1 done, 0 failed/ },
  collection: { shows: /^Reading .* OK\n/ },
  evaluate: { shows: /^Evaluating .* OK\n1 done, 0 failed/ },
  'reissue-alltms': { shows: /^(Re-issuing .* OK\n)1 done, 0 failed/ },
  'change-subordinates': {
    args: () => ['update', '--all', '--set={"validFor": 48}'],
    shows: /^(Changing .* OK\n){2}/,
  },
  import: {
    args: ({ oldRedisUrl }) => ['--redis', oldRedisUrl],
    shows: /organizationName \.\.\. imported/,
  },
}

/** The arguments of the other commands, if they are run. */
export const ofInstallation: Readonly<Record<string, string[] | undefined>> = {
  migrate: [],
  'anchor list': [],
  'user list': [],
  'apikey list': [],
  'audit verify': [],
  'audit prune': ['--before=2000-01-01'],
  'user create': undefined,
  'user set-password': undefined,
  'user remove': undefined,
  'apikey create': undefined,
  'apikey revoke': undefined,
}
