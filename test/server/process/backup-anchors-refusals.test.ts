/** Tests the refusals of a restore of one anchor: nothing changes. */
import { expect, it } from 'vitest'
import { restoreBackup } from '#server/backup/restore.ts'
import { restoreAnchor } from '#server/backup/restore-anchor.ts'
import { createAnchorRow } from '#test/helpers/anchor.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { makeBackups, repacked, testId } from './anchor-backups.ts'
import { emptyStore, fill, rowsOf, type Store } from './backup-store.ts'

const backups = inFile(makeBackups)

type Misfit = {
  what: string
  file: () => string | Promise<string>
  name: string
  prepare?(target: Store): Promise<void>
  sentence: string
}

const misfits: Misfit[] = [
  {
    ...{ what: 'another anchor than that of the backup', file: () => backups.one, name: 'edu' },
    sentence: 'The backup has no anchor edu. It has: test.',
  },
  {
    ...{
      what: 'an anchor that the backup of an installation lacks',
      file: () => backups.whole,
      name: 'prod',
    },
    sentence: 'The backup has no anchor prod. It has: main, edu, test.',
  },
  {
    ...{ what: 'an anchor that has data', file: () => backups.one, name: 'test' },
    async prepare(target) {
      await createAnchorRow(target.installation, 'test', testId)
      await fill(target.of('test'), 'here')
    },
    sentence: 'The anchor test is not empty: Subordinate has rows. Restore into an empty anchor.',
  },
  {
    ...{ what: 'the first anchor if it has data', file: () => backups.first, name: 'main' },
    prepare: (target) => fill(target.of('main'), 'here'),
    sentence: 'The anchor main is not empty: Subordinate has rows. Restore into an empty anchor.',
  },
  {
    ...{ what: 'a slug that another anchor has', file: () => backups.one, name: 'test' },
    prepare: (target) => createAnchorRow(target.installation, 'test', 'https://another.example.org'),
    sentence: `The anchor test is https://another.example.org here. The backup has the anchor test, which is ${testId}.`,
  },
  {
    ...{ what: 'an identifier whose paths another anchor has', file: () => backups.one, name: 'test' },
    prepare: (target) => createAnchorRow(target.installation, 'fetch', `${testId}/fetch`),
    sentence: `The anchor fetch has the identifier ${testId}/fetch, which this one would serve as /fetch. Choose another path.`,
  },
  {
    ...{ what: 'an identifier that another anchor has', file: () => backups.one, name: 'test' },
    prepare: (target) => createAnchorRow(target.installation, 'copy', testId),
    sentence: `The anchor copy is ${testId} here. The backup has the anchor test, which is ${testId}.`,
  },
  {
    what: 'a backup of a newer version',
    file: () =>
      repacked(backups.one, ([head = '', ...rest]) => [
        head.replaceAll('"migration":"2026', '"migration":"2999'),
        ...rest,
      ]),
    name: 'test',
    sentence: 'A newer or an unreleased version made this backup (2999',
  },
  {
    what: 'an altered backup',
    file: () => repacked(backups.one, (lines) => lines.filter((_, index) => index !== 2)),
    name: 'test',
    sentence: 'The backup was altered: its rows do not match its end.',
  },
]

it.each(misfits)('refuses $what, and changes nothing', async ({ file, name, prepare, sentence }) => {
  const target = await emptyStore()
  await prepare?.(target)
  const stateOf = async () => ({
    main: await rowsOf(target, 'main'),
    anchors: await target.installation.anchor.findMany(),
    schemas: await target.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'anchor%' ORDER BY 1`),
  })
  const before = await stateOf()
  await expect(restoreAnchor(target.source, await file(), null, name)).rejects.toThrow(sentence)
  expect(await stateOf()).toEqual(before)
})

it('refuses to restore a backup of one anchor as an installation', async () => {
  const target = await emptyStore()
  await expect(restoreBackup(target.source.databaseUrl, backups.one, null)).rejects.toThrow(
    'This is a backup of the anchor test only. Restore it with --anchor test.',
  )
})
