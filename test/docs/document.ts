/** Reads the documents and the commands in their fences, and lists commands that tests cannot run unchanged. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const root = (path = '') => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Documents whose shell blocks commands.test.ts runs, in this order. */
export const played = [
  'docs/guide/survive.md',
  'docs/guide/as-code.md',
  'docs/guide/convert-federation.md',
  'docs/guide/convert-saml.md',
  'docs/api.md',
  'docs/public-endpoints.md',
  'docs/examples/README.md',
  'docs/operations.md',
  'docs/deployment.md',
  'docs/kubernetes.md',
  'docs/systemd.md',
  'docs/upgrade.md',
  'docs/migration.md',
  'README.md',
] as const

/** All documents, in the root and below docs/. */
export async function documents(): Promise<string[]> {
  const [atRoot, below] = await Promise.all([readdir(root()), readdir(root('docs'), { recursive: true })])
  return [...atRoot, ...below.map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md')).sort()
}

export type Block = { language: string; content: string }

export async function blocksOf(document: string): Promise<Block[]> {
  const text = await readFile(root(document), 'utf8')
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', content = '']) => ({
    language,
    content,
  }))
}

/** The shell blocks, in order. */
export async function shellOf(document: string): Promise<string> {
  const blocks = await blocksOf(document)
  return blocks.flatMap(({ language, content }) => (language === 'sh' ? [content] : [])).join('')
}

/** Lines that need a Docker engine, a cluster, root, or an anchor elsewhere. */
export const engine =
  /^(docker compose (?!exec -T (?:-e \w+ )?admin (?!inmor edge ))|docker run|sudo |inmor mirror |inmor resolve |inmor convert |inmor plan |inmor-export |git diff |inmor import --mirror |rsync |rclone |helm |kubectl |node deploy\/helm\/).*$/gm

/** Forms of such lines, and the tests that cover each instead. */
export const engineForms: readonly (readonly [RegExp, string])[] = [
  [
    /^docker compose build$/,
    'compose.test.ts and image.test.ts: the Dockerfile, and what each target is made of',
  ],
  [/^docker compose (-f \S+ )*up --wait$/, 'compose.test.ts: the files; guide.test.ts: the services start'],
  [/^docker compose exec -T admin inmor edge /, 'deploy/edge.test.ts'],
  [/^inmor-export -c /, 'federation/export/program.test.ts'],
  [/^inmor mirror /, 'federation/mirror/program.test.ts; product/stolen-key.test.ts'],
  [/^rclone /, 'of the object store'],
  [/^rsync /, 'federation/mirror/rsync.test.ts'],
  [/^inmor resolve /, 'federation/mirror/resolve.test.ts'],
  [/^inmor convert /, 'server/convert/federation.test.ts, lighthouse.test.ts and saml.test.ts'],
  [/^inmor plan /, 'product/cli-configuration.test.ts'],
  [/^git diff \S+$/, 'reads only'],
  [/^inmor import --mirror /, 'product/survive.test.ts'],
  [/^docker compose (ps|logs --tail=\d+)$/, 'reads only'],
  [/^docker compose cp admin:\S+ \S+$/, 'copies a file out of the container'],
  [
    /^docker compose exec -T db pg_dump -U postgres postgres > \S+$/,
    'guide.test.ts: pg_dump and psql themselves',
  ],
  [
    /^docker run --rm -v .\/keys:\/data inmor \/app\/inmor-keygeneration /,
    'guide.test.ts: the program in the layout',
  ],
  [/^kubectl (create|exec|logs|scale|apply) /, 'of the cluster'],
  [/^helm upgrade (--install )?inmor deploy\/helm\/inmor /, 'deploy/helm.test.ts and helm-processes.test.ts'],
  [/^node deploy\/helm\/print-kustomize\.ts base /, 'deploy/helm.test.ts'],
  [
    /^sudo (useradd|cp -r deploy\/systemd\/\S+|install|sh -c|systemctl) /,
    'deploy/systemd.test.ts: the files; the rest is of the system',
  ],
  [
    /^sudo -u inmor node \/opt\/inmor\/federation\/cli\/keygeneration\.ts /,
    'guide.test.ts: the program in the layout',
  ],
  [/^sudo inmor user create /, 'deploy/systemd.test.ts'],
  [/^sudo (chown( -R)? 999:999 keys|cp -a (\/path\/to\/inmor\/\w+(\.json)? )+keys\/)$/, 'of the system'],
]
