/** The commands that the test of several anchors runs: arguments and expected output. */
import { join } from 'node:path'

/** A Trust Mark type of both anchors. */
export const TYPE = 'https://ta.example.org/marks/member'

/** What arguments name of the anchor that the command is about. */
export type Named = {
  slug: string
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
  'keys list': { shows: /CURRENT .*\n1 keys\./ },
  'keys schedule': { args: () => ['--months=12'], shows: /^Every 12 months, .*\nNext: announce / },
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
  'organization list': { shows: /^\d+ {2}Only \w+ .*\n1 organization\.\n$/ },
  'organization show': { args: ({ organizationId }) => [organizationId], shows: /^Organization \d+: Only / },
  'organization create': { args: () => ['--name=New'], shows: /^Created organization / },
  'organization update': {
    args: ({ organizationId }) => [organizationId, '--note=x'],
    shows: /^Changed organization /,
  },
  'organization admit': {
    args: ({ organizationId, slug }) => [organizationId, `--to=${slug}`],
    code: 1,
    shows: /^Only \w+ is in this anchor already\.\n$/,
  },
  'organization invite': {
    args: ({ organizationId }) => [organizationId, '--email=anna@x.example'],
    shows: /^Invited anna@x\.example\./,
  },
  'organization people': { args: ({ organizationId }) => [organizationId], shows: /^anna@x\.example / },
  'organization update-person': {
    args: ({ organizationId }) => [organizationId, 'anna@x.example', '--may-invite'],
    shows: /^anna@x\.example may invite /,
  },
  'organization remove-person': {
    args: ({ organizationId }) => [organizationId, 'anna@x.example'],
    shows: /^anna@x\.example acts for the organization no more/,
  },
  'organization remove': {
    args: ({ organizationId }) => [organizationId],
    code: 1,
    shows: /^Only \w+ has 1 member\./,
  },
  'request list': { shows: / waiting-for-operator .*\n1 request\.\n$/ },
  'request show': { args: ({ requestId }) => [requestId], shows: /^Request \d+: withdraw / },
  'request return': { args: ({ requestId }) => [requestId, '--message=x'], shows: /^Returned request / },
  'request comment': { args: ({ requestId }) => [requestId, '--text=x'], shows: /^Commented on request / },
  'request approve': {
    args: ({ requestId }) => [requestId, '--if-version=1'],
    code: 1,
    shows: /^Someone else changed it\./,
  },
  'request refuse': { args: ({ requestId }) => [requestId, '--reason=x'], shows: /^Refused request / },
  'checks set': {
    args: () => ['--entity-type=openid_relying_party', '--no-approves'],
    shows: /^openid_relying_party {2}an operator approves {2}version 1\n$/,
  },
  'checks list': { shows: /^openid_relying_party .*\n1 type\.\n$/ },
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
  'webhook list': [],
  'webhook create': undefined,
  'webhook update': undefined,
  'webhook remove': undefined,
  'webhook replay': undefined,
  'webhook test': undefined,
  'webhook deliveries': undefined,
  'user create': undefined,
  'user set-password': undefined,
  'user remove': undefined,
  'user reset-second-factor': undefined,
  'apikey create': undefined,
  'apikey revoke': undefined,
}
