/**
 * What may go wrong around us, and the tests that end with nothing lost, nothing partial served, and recovery without a
 * person. The rows are those of the table in docs/architecture.md.
 */
import { type Evidence, testsIn } from '#test/requirements/requirement.ts'

const outage = testsIn('federation/routes/outage')
const failover = testsIn('federation/store/redis-failover')
const publication = testsIn('server/publication/publication')
const rebuilding = testsIn('server/publication/rebuild')
const outages = testsIn('product/outages')
const scaling = testsIn('product/scaling')
const kill = testsIn('product/kill')
const walkFailure = testsIn('federation/collection/walk-failure')
const goodStatement =
  'serves the last good statement while the entity misbehaves, and renews it afterwards: %s'
const misbehaviours = ['hang', 'huge', 'redirect', 'rubbish']

export const faults: Readonly<Record<string, readonly Evidence[]>> = {
  'Redis away': [
    outage('every endpoint says so while Redis is stopped, and recovers without help'),
    outage('a Redis that keeps the connection but does not answer is away as well'),
    publication('accepts changes while Redis is away, says so, and publishes them when it is back'),
    testsIn('product/real-services')(
      'a real Redis: a change made while it is away is published as soon as it is back',
    ),
  ],
  'Redis emptied or gone back in time': [
    outages('every acknowledged change is published in the end, by itself'),
    publication('publishes everything anew when Redis lost what it held'),
    publication(
      'publishes anew what a Redis has forgotten that went back in time, as a replica does that takes over',
    ),
    rebuilding('refuses what a replica has that took over in its midst, and leaves what is published'),
    rebuilding('refuses to put a part in the place of what a Redis lost that was emptied in its midst'),
  ],
  'Redis fails over, or a Cluster is resharded': [
    scaling('Sentinels: the primary is killed'),
    scaling('a Cluster: the keys are moved to another node'),
    failover('%s: goes on with the replica after the primary was killed'),
    failover('%s: goes on with the replica while the primary hangs'),
    failover('a Cluster: moving the keys to another node under load costs 503 at most'),
  ],
  'PostgreSQL away or failing over': [
    outages('every acknowledged change is published in the end, by itself'),
    testsIn('product/database-failover')(
      'every acknowledged change is there and published, though the primary was killed in the midst of them',
    ),
    testsIn('server/process/database-outage')('is told as such to those with a key and those with a session'),
  ],
  'connection cut in a write': [
    outages('a connection that is cut in the middle of a write leaves nothing of it'),
  ],
  'process killed between commit and publication': [
    kill('what was acknowledged is there after every kill, with %s'),
    kill('a start does not wait for the lease of one that was killed while it published'),
    publication('publishes what a process committed that died before it could publish'),
  ],
  'worker killed in a run': [
    testsIn('product/workers')(
      '1 000 entities are renewed once each, though one worker is killed and one is stopped in the midst of them',
    ),
    testsIn('server/run/renewal-run')(
      'goes on where a worker ended in the midst of a run, and does nothing twice',
    ),
  ],
  'walk killed or failed': [
    testsIn('federation/collection/cli')(
      'killed in the middle, leaves the collection, and what it wrote expires',
    ),
    testsIn('federation/collection/cli')(
      'leaves the collection and ends with exit code 1 when it is interrupted',
    ),
    walkFailure('when nothing below the anchor can be read'),
    walkFailure('when Redis goes away'),
    walkFailure('when Redis lost a part of it, having been restarted or emptied'),
  ],
  'member hangs, sends 10 MB, redirects, serves rubbish': [
    testsIn('server/subordinate/renewal')(goodStatement, ...misbehaviours),
    testsIn('server/subordinate/registration-refusals')('is refused for: %s', ...misbehaviours),
    testsIn('federation/resolver/network')(
      'says so when the entity misbehaves: %s',
      'redirect',
      'huge',
      'rubbish',
    ),
    testsIn('federation/collection/walk')(
      'an entity that misbehaves is left out and reported, the others stay: %s',
    ),
    testsIn('federation/fetcher/fetcher')('gives up on an entity that does not answer'),
    testsIn('federation/fetcher/address-guard')(
      'a name that leads to a private address is refused when it is resolved',
    ),
  ],
  'clock far ahead for a while': [
    testsIn('server/publication/clock')(
      'publishes although a lease of another process runs out in the far future',
    ),
    testsIn('server/publication/clock')(
      'signs a statement anew that comes from the future when it is published again',
    ),
    testsIn('server/run/schedule-work')('with %s', 'a statement from the future, by a clock that was wrong'),
    testsIn('server/run/schedule-work')('replaces one %s', 'from the future'),
  ],
  'key file broken': [
    testsIn('server/key/signing-key')(
      'goes on with the key it has when the file becomes unreadable, and takes the next good one',
    ),
    testsIn('federation/process/start')('reads the key directory again when it has changed'),
  ],
}
