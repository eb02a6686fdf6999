/** Lists the commands of inmor's deployment guide, in its order, with their names here. */
import type { Deployment } from '#test/helpers/image-layout.ts'

export type Chapter =
  | 'keys'
  | 'initialization'
  | 'rebuild'
  | 'scheduled tasks'
  | 'health'
  | 'backup'
  | 'restore'

export const guideCommands: readonly (readonly [Chapter, string])[] = [
  [
    'keys',
    `docker run --rm -v ./keys:/data docker.sunet.se/inmor:0.4.0 \\
/app/inmor-keygeneration --type=RS256 --output=/data`,
  ],
  ['initialization', 'curl -X POST http://localhost:8000/api/v1/server/entity'],
  ['initialization', 'curl -X POST http://localhost:8000/api/v1/server/historical_keys'],
  [
    'initialization',
    `curl -X POST http://localhost:8000/api/v1/trustmarktypes \\
 -H "Content-Type: application/json" \\
 -d '{ "tmtype": "https://your-domain.example.com/trustmark/member", "valid_for": 8760, "autorenew": true }'`,
  ],
  ['rebuild', 'curl -X POST http://localhost:8000/api/v1/server/entity'],
  ['rebuild', 'curl -X POST http://localhost:8000/api/v1/server/historical_keys'],
  ['rebuild', 'docker compose exec admin python manage.py reload_issued_tms'],
  ['rebuild', 'docker compose exec ta ./inmor-collection -c taconfig.toml https://ta.example.com'],
  ['scheduled tasks', 'docker compose exec admin python manage.py regenerate_entity'],
  [
    'scheduled tasks',
    'cd /path/to/inmor && /usr/bin/docker compose exec -T admin python manage.py regenerate_entity >> /tmp/inmor-regenerate.log 2>&1',
  ],
  ['scheduled tasks', 'docker compose exec admin python manage.py renew_subordinates'],
  [
    'scheduled tasks',
    'cd /path/to/inmor && /usr/bin/docker compose exec -T admin python manage.py renew_subordinates >> /tmp/inmor-renew-subordinates.log 2>&1',
  ],
  [
    'scheduled tasks',
    'cd /path/to/inmor && /usr/bin/docker compose exec -T ta ./inmor-collection -c taconfig.toml https://ta.example.com >> /tmp/inmor-collection.log 2>&1',
  ],
  ['health', 'curl --insecure --fail --silent https://localhost:8080/health'],
  ['health', 'curl https://your-ta-domain/status'],
  ['backup', 'docker compose exec db pg_dump -U postgres postgres > backup.sql'],
  ['restore', 'docker compose exec -T db psql -U postgres postgres < backup.sql'],
]

/** The same line without Docker: with hosts and paths of the deployment, and its directories as containers. */
export function translate(command: string, deployment: Deployment): string {
  const { directory, anchor, adminUrl, proxy, postgres } = deployment
  const curl = `curl --fail --silent --show-error --cacert ${proxy.certificate} -H "X-API-Key: $KEY"`
  const replacements: [RegExp, string | ((match: string, name: string) => string)][] = [
    [/docker run --rm -v \.\/keys:\/data \S+/, ''],
    [/\/app\//g, `${directory.ta}/`],
    [/--output=\/data/, `--output=${directory.keys}`],
    [/\/path\/to\/inmor/, directory.base],
    [/>> \/tmp\//, `>> ${directory.base}/tmp/`],
    [
      /(?:\/usr\/bin\/)?docker compose exec (?:-T )?admin python manage\.py (\w+)/,
      (_, name) => `cd ${directory.admin} && ./inmor ${name}`,
    ],
    [/(?:\/usr\/bin\/)?docker compose exec (?:-T )?ta/, `cd ${directory.ta} &&`],
    [/^curl/, curl],
    [/http:\/\/localhost:8000/, adminUrl],
    [/https:\/\/(ta\.example\.com|your-ta-domain|localhost:8080)/, anchor],
    [
      /docker compose exec (?:-T )?db (\w+) -U postgres postgres/,
      (_, name) => `${postgres?.binaries}/${name} ${postgres?.url}`,
    ],
    [/backup\.sql/, `${directory.base}/tmp/backup.sql`],
  ]
  return replacements.reduce((line, [from, to]) => line.replace(from, to as string), command) // either kind of replacement will do
}
