/**
 * Registers an entity and renews every member, with the progress of the renewal. The key needs the role operator.
 *
 *     node first-script.ts https://rp.example.org
 */
import { Inmor } from './inmor.ts'
import { RegisterMember, RunProgress, StartRenewal } from './operations.ts'
import './script.ts'

const [entityId = ''] = process.argv.slice(2)
const inmor = Inmor.from(process.env)

const registration = await inmor.mutate(RegisterMember, { input: { entityId } })
if (registration.ok)
  console.log(`Registered ${registration.data.subordinate.entityId}: ${registration.data.subordinate.state}`)
else if (registration.code === 'CONFLICT') console.log(`${entityId} is a member already.`)
else throw new Error(`${registration.code}: ${registration.message}`)

const renewal = await inmor.mutate(StartRenewal, { input: { kind: 'SUBORDINATES' } })
if (!renewal.ok) throw new Error(`${renewal.code}: ${renewal.message}`)

const runId = renewal.data.run.id
/** The sequence of the last item seen: after a reconnect the stream goes on after it. */
let seen = 0
for await (const { runProgress } of inmor.subscribe(RunProgress, () => ({ runId, after: seen }))) {
  const { run, item } = runProgress
  if (item) console.log(`${item.sequence}/${run.total} ${item.resource} ${item.ok ? 'ok' : item.message}`)
  seen = item?.sequence ?? seen
  if (run.endedAt && seen === run.done + run.failed) {
    console.log(`${run.state}: ${run.done} renewed, ${run.failed} failed.`)
    break
  }
}
