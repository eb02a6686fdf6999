/** Rolls keys over until a test kills this process; prints each key before it may sign. */
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { readKeyDirectory } from '#store/key-directory.ts'
import { announceKey, switchKey, tidyKeyDirectory, withdrawKey } from '#store/key-directory-change.ts'

const [directory = ''] = process.argv.slice(2)
const place = { directory, historicalDirectory: `${directory}/historical_keys` }

await tidyKeyDirectory(place)
for (let rollovers = 0; rollovers < 10_000; rollovers++) {
  const { signer, listed } = await readKeyDirectory(directory)
  if (!listed.some(({ role }) => role === 'announced')) {
    const next = await generateSigningKey('ES256')
    process.stdout.write(`${next.kid}\n`)
    await announceKey(place, next)
  }
  await switchKey(place)
  const old = listed.find(({ jwk }) => jwk.kid === signer.kid)
  if (old) await withdrawKey(place, { ...toPublicJwk(old.jwk), exp: Math.floor(Date.now() / 1000) })
}
