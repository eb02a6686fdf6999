/**
 * Takes the next step of a rollover of the signing key: retires the previous key, announces the next one, or switches to
 * it when every cache has it. Run it each day from a pipeline; a step that is not due yet is left for the next time. The
 * key needs the role admin. `--now REASON` switches at once, in an emergency.
 *
 * Exits with 3 if a second person must approve the step, and prints the id of the approval. The scheduled rollover
 * (scheduleRollover) does the same without a script.
 *
 *     node rotate-key.ts ES256 90            (a new key every 90 days)
 *     node rotate-key.ts ES256 0 --now "the key was stolen"
 */
import { Inmor, RequestError } from './inmor.ts'
import type { SigningAlgorithm } from './operations.ts'
import { AnnounceKey, ReissueTrustMarks, RetireKey, SigningKeys, SwitchKey } from './operations.ts'
import './script.ts'

const DAY = 86_400_000
const [alg = 'ES256', days = '90', , overrideReason] = process.argv.slice(2)
const inmor = Inmor.from(process.env)

try {
  await takeStep()
} catch (error) {
  if (!(error instanceof RequestError) || !error.details.approval) throw error
  console.log(`${error.message} (${error.details.approval})`)
  process.exitCode = 3
}

async function takeStep(): Promise<void> {
  const { signingKeys } = await inmor.query(SigningKeys, {})
  const keys = signingKeys?.keys ?? []
  const [current, announced] = ['CURRENT', 'ANNOUNCED'].map((state) =>
    keys.find((key) => key.state === state),
  )

  for (const { kid } of keys.filter(({ state }) => state === 'PUBLISHED')) {
    const retirement = await inmor.mutate(RetireKey, { input: { kid } })
    console.log(retirement.ok ? `Retired ${kid}.` : retirement.message)
  }

  if (announced) {
    const result = await inmor.mutate(SwitchKey, { input: { overrideReason: overrideReason ?? null } })
    if (result.ok) {
      await inmor.mutate(ReissueTrustMarks, {}) // the previous key is needed until they have a new signature
      console.log(`Signing with ${result.data.signingKey.kid}.`)
    } else if (result.__typename === 'UnsafeKeyChangeError') console.log(result.message)
    else throw new Error(`${result.code}: ${result.message}`)
  } else if (Date.now() >= Date.parse(current?.signsSince ?? '') + Number(days) * DAY) {
    const result = await inmor.mutate(AnnounceKey, { input: { alg: alg as SigningAlgorithm } })
    if (!result.ok) throw new Error(`${result.code}: ${result.message}`)
    console.log(`Announced ${result.data.signingKey.kid}.`)
  } else console.log(`${current?.kid} signs since ${current?.signsSince}.`)
}
