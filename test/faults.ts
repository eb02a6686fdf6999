/**
 * What can go wrong around us: the rows of the table in docs/architecture.md, by id. The tests of a fault end with
 * nothing lost, nothing partial served, and recovery without a person.
 */
export const faults = {
  'fault/redis-away': 'Redis away',
  'fault/redis-emptied': 'Redis emptied or gone back in time',
  'fault/database-older':
    'backup restored, or a lagging replica of PostgreSQL promoted, beside a newer Redis',
  'fault/redis-failover': 'Redis fails over, or a Cluster is resharded',
  'fault/postgres-away': 'PostgreSQL away or failing over',
  'fault/disk-full': 'disk of PostgreSQL full, or Redis full',
  'fault/connection-cut': 'connection cut in a write',
  'fault/process-killed': 'process killed between commit and publication',
  'fault/worker-killed': 'worker killed in a run',
  'fault/walk-killed': 'walk killed or failed',
  'fault/member-misbehaves': 'member hangs, sends 10 MB, redirects, serves rubbish',
  'fault/receiver-away': 'receiver of a webhook away or failing',
  'fault/courier-killed': 'process killed between the response of a receiver and its record',
  'fault/clock-ahead': 'clock far ahead for a while',
  'fault/key-file-broken': 'key file broken',
} as const
