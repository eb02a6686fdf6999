/** `inmor anchor`: the anchors of the installation. */
import { Command } from 'commander'
import { withInstallation } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import type { Installation } from '#server/process/installation.ts'
import { anchorDatabase, type ListedAnchor, listAnchors } from '#server/process/open-anchor.ts'

const list = command('list', 'list the anchors with their number of members').action(async (options) => {
  const anchors = await withInstallation(async (installation) => {
    const found = await listAnchors(installation)
    return Promise.all(found.map((anchor) => describe(installation, anchor)))
  })
  const lines = anchors.map(({ slug, entityId, pausedAt, members }) =>
    [slug, entityId, pausedAt ? 'paused' : 'active', `${members} members`].join('  '),
  )
  print(options, anchors, [...lines, `${anchors.length} anchors.`].join('\n'))
})

async function describe(installation: Installation, anchor: ListedAnchor) {
  const { slug, entityId, pausedAt } = anchor
  const db = anchorDatabase(installation, slug)
  try {
    return { slug, entityId, pausedAt, members: await db.subordinate.count() }
  } finally {
    await db.$disconnect()
  }
}

export const anchorCommand = new Command('anchor').description('manage the anchors').addCommand(list)
