/** The pages of the reference: a noun each, and the folders or files of server/schema/ that define it. */
import type { Definitions } from './definition.ts'

export interface Page {
  /** The name of the file, without `.md`. */
  name: string
  title: string
  about: string
}

/** `status/alert` has a page of its own; the rest of `status` goes to the page of `status`. */
type NounPage = Page & { from: readonly string[] }

/** What no noun has alone. */
export const commonPage: Page = {
  name: 'scalars-and-errors',
  title: 'Scalars and errors',
  about: 'Scalars, the errors of mutations, pages of lists, and nodes: the parts that all nouns share.',
}

export const nounPages: readonly NounPage[] = [
  {
    name: 'members',
    title: 'Members',
    about:
      'Subordinates: registration, checks, statements, import, changes of many, and entities that wait to be registered.',
    from: ['subordinate'],
  },
  {
    name: 'organizations',
    title: 'Organizations',
    about: 'Organizations, the people who act for them, and their entities.',
    from: ['organization', 'member'],
  },
  {
    name: 'requests',
    title: 'Requests',
    about: 'Requests of organizations, decisions about them, and the checks that run before.',
    from: ['request', 'pipeline'],
  },
  {
    name: 'trust-marks',
    title: 'Trust Marks',
    about: 'Trust Mark types, and the Trust Marks that this Trust Anchor issues.',
    from: ['trust-mark'],
  },
  {
    name: 'keys',
    title: 'Keys',
    about: 'Signing keys, their rollover, and the history of keys.',
    from: ['signing-key'],
  },
  {
    name: 'trust-anchors',
    title: 'Trust Anchors',
    about: 'The Trust Anchors of the installation, their settings, their policy and what they publish.',
    from: ['trust-anchor'],
  },
  {
    name: 'explorer',
    title: 'Explorer and collection',
    about: 'Checks of any entity, its Trust Chains, and the entities that the last crawl found.',
    from: ['entity'],
  },
  {
    name: 'runs',
    title: 'Runs and schedules',
    about: 'Runs, which work through many items, their progress and their schedules.',
    from: ['run'],
  },
  {
    name: 'configuration',
    title: 'Configuration files',
    about:
      'The state of an anchor as a file, the plan of files and its effect on members, and their application.',
    from: ['configuration', 'plan'],
  },
  {
    name: 'access',
    title: 'Access',
    about:
      'Users, API keys, sign-in, the caller’s own account, and changes that a second person must approve.',
    from: ['access', 'protection'],
  },
  {
    name: 'notifications',
    title: 'Alerts, webhooks and e-mail',
    about: 'Alerts, webhooks and their deliveries, and the e-mail that the server sends.',
    from: ['status/alert', 'webhook', 'mail'],
  },
  {
    name: 'audit-log',
    title: 'Audit log',
    about: 'Who changed what and when, and how to restore an earlier version.',
    from: ['audit'],
  },
  {
    name: 'installation',
    title: 'Installation and health',
    about: 'Counts, publication, jobs, and the events that say what changed.',
    from: ['status'],
  },
]

/** The page of a type or root field that a file of server/schema/ may define. @throws TypeError for a new folder */
export function pageOf(name: string, definitions: Definitions): Page {
  const file = definitions.get(name)
  if (file === undefined) return commonPage
  const [folder = ''] = file.split('/')
  const by = (path: string) => nounPages.find(({ from }) => from.includes(path))
  const page = by(file) ?? by(folder)
  if (!page)
    throw new TypeError(`server/schema/${folder} has no page. Add it in test/docs/reference/page.ts.`)
  return page
}
