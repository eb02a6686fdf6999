/** Tests that a change of the key directory is not missed, even while the directory is read for the first time. */
import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { openKeys } from '#federation/anchors/keys.ts'
import { filesOnly } from '#federation/key-store/stores.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { folderInTest, inTest } from '#test/helpers/in-file.ts'
import { untilTrue } from '#test/helpers/until.ts'

const exec = promisify(execFile)

test('uses a key that was written during the first read', async () => {
  const keysDirectory = await folderInTest('keys')
  const [first, second, next] = [
    await generateSigningKey('ES256'),
    await generateSigningKey('ES256'),
    await generateSigningKey('ES256'),
  ]
  await writeNewKey(keysDirectory, first)
  // The read waits here, after it has read the current key, until the pipe has a writer.
  const pipe = join(keysDirectory, 'next.json')
  await exec('mkfifo', [pipe])
  const lines: string[] = []
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const place = {
    keysDirectory,
    historicalKeysDirectory: join(keysDirectory, 'historical_keys'),
    redisKeyPrefix: '',
  }
  const opening = openKeys(place, logger, 5, filesOnly)
  const writer = await open(pipe, 'w') // resolves when the read has opened it
  await writeNewKey(keysDirectory, second, { force: true })
  await rm(pipe)
  await setTimeout(200) // the change is seen in between
  await writer.writeFile(JSON.stringify(next))
  await writer.close()
  const keys = await inTest(opening)
  expect(keys.current().signer?.kid).toBe(first.kid)
  await untilTrue('the second key is used', () => keys.current().signer?.kid === second.kid)
  expect(lines.join('')).not.toContain('not usable')
})
