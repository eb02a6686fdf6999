/**
 * Tests what helm makes of the chart with each value set, where helm is installed: helm refuses wrong values, and
 * kubernetes-validate, checkov and kustomize accept the rest. Each test says which program is missing.
 */
import { writeFile } from 'node:fs/promises'
import { BlockList, isIPv4 } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { folderInFile } from '#test/helpers/in-file.ts'
import { blocksOf, shellOf } from '../docs/document.ts'
import {
  badValues,
  chart,
  isInstalled,
  options,
  render,
  root,
  setNames,
  sets,
  template,
  tryProgram,
} from './chart.ts'

const fileOf = (name: string) => join(sets, `${name}.yaml`)

/** What checkov may find, in which objects, and why it stays so. */
const exceptions: readonly (readonly [string, RegExp, string])[] = [
  ['CKV_K8S_40', /./, 'the user 999 of the images owns the key files of every installation'],
  [
    'CKV_K8S_43',
    /./,
    'image.digests has the content of each image; the set "scaled" uses it, and has no finding',
  ],
  ['CKV_K8S_15', /./, 'a version is never pushed twice; image.pullPolicy can be Always'],
  [
    'CKV_K8S_8',
    /inmor-exporter$/,
    'a restart while Redis is away would help nothing; it ends when it cannot go on',
  ],
]

const Policy = z.object({
  policyTypes: z.array(z.string()),
  egress: z.array(
    z.object({
      ports: z.array(z.object({ port: z.number() })).min(1),
      to: z
        .array(z.object({ ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()) }).optional() }))
        .min(1)
        .optional(),
    }),
  ),
})
const privateAddresses = ['10.1.2.3', '172.20.0.5', '192.168.1.9', '100.64.0.7', '169.254.169.254']
const publicAddress = '203.0.113.7'

/** Whether a rule lets a pod reach an address that is not a pod. */
const reaches = (rules: z.output<typeof Policy>['egress'], address: string, port: number) =>
  rules.some(
    ({ ports, to }) =>
      ports.some((each) => each.port === port) &&
      (to?.some(
        ({ ipBlock }) => ipBlock && isIn([ipBlock.cidr], address) && !isIn(ipBlock.except, address),
      ) ??
        true),
  )

/** Of IPv4: a list of Node also finds such an address in `::/0`. */
function isIn(networks: readonly string[], address: string): boolean {
  const list = new BlockList()
  for (const [network = '', bits] of networks.map((each) => each.split('/')))
    if (isIPv4(network)) list.addSubnet(network, Number(bits))
  return list.check(address)
}

const hasHelm = await isInstalled('helm')

describe.skipIf(!hasHelm)(`helm${hasHelm ? '' : ' (it is not installed here)'}`, () => {
  const directory = folderInFile('inmor-helm')

  /** The file with what helm prints for a set. */
  async function print(name: string): Promise<string> {
    const file = join(directory, `${name}.yaml`)
    const printed = await template('--values', fileOf(name))
    expect(printed?.isDone, printed?.message).toBe(true)
    await writeFile(file, printed?.output ?? '')
    return file
  }

  test('finds no fault in the chart', async () => {
    const linted = await tryProgram('helm', [
      'lint',
      '--strict',
      root('deploy/helm/inmor'),
      '--values',
      fileOf('small'),
    ])
    expect(linted?.output).toContain('1 chart(s) linted, 0 chart(s) failed')
  })

  test('refuses each wrong value', async () => {
    const file = join(directory, 'wrong.yaml')
    for (const [what, change, named] of badValues) {
      // null stays, so that helm removes the default.
      await writeFile(file, stringify(change))
      const printed = await template('--values', fileOf('small'), '--values', file)
      expect(printed?.isDone, what).toBe(false)
      expect(printed?.message, what).toMatch(/values don't meet the specifications of the schema/)
      expect(printed?.message, what).toMatch(named)
    }
  })

  test('places pods, those of a component over those of all', async () => {
    const pods = (await render('--values', fileOf('placed'))).flatMap(({ metadata, spec }) =>
      spec?.template ? [[metadata.name, JSON.stringify(spec.template)] as const] : [],
    )
    expect(pods.length).toBeGreaterThan(3)
    for (const [name, pod] of pods) {
      const isTa = name === 'inmor-ta'
      // What the reader of manifests does not know is not kept.
      expect(pod.includes('"token"'), name).toBe(isTa)
    }
    const printed = (await template('--values', fileOf('placed')))?.output ?? ''
    const count = (text: string) => printed.split(text).length - 1
    expect(count('serviceAccountName: inmor')).toBe(pods.length)
    expect([count('"pool":"federation","zone":"public"'), count('"example.org/hsm":1')]).toEqual([1, 1])
  })

  test('prints objects of Kubernetes for each set of values', async ({ skip }) => {
    for (const name of setNames) {
      const file = await print(name)
      const checked = await tryProgram('kubernetes-validate', ['--strict', '-k', '1.32', file])
      if (!checked) return skip('kubernetes-validate is not installed here')
      expect(checked.isDone, `${name}: ${checked.output}`).toBe(true)
      const objects = await render('--values', fileOf(name))
      expect(checked.output.match(/^INFO \S+ passed for resource/gm)).toHaveLength(objects.length)
    }
  })

  test('prints what checkov has nothing against, apart from the exceptions', async ({ skip }) => {
    const files = await Promise.all(setNames.map(print))
    const args = ['--framework', 'kubernetes', '--compact', '--quiet', '--output', 'json']
    const checked = await tryProgram('checkov', [...args, ...files.flatMap((file) => ['--file', file])])
    if (!checked) return skip('checkov is not installed here')
    const { results } = JSON.parse(checked.output)
    const found: { check_id: string; resource: string; file_path: string }[] = results.failed_checks
    const isException = ({ check_id, resource }: (typeof found)[number]) =>
      exceptions.some(([id, where]) => id === check_id && where.test(resource))
    expect(found.filter((each) => !isException(each))).toEqual([])
    // An exception that is not needed any more goes.
    for (const [id] of exceptions) expect(found.map(({ check_id }) => check_id)).toContain(id)
    const scaled = found.filter(({ file_path }) => file_path.includes('scaled'))
    expect([...new Set(scaled.map(({ check_id }) => check_id))]).toEqual(['CKV_K8S_40'])
  })

  test('prints a base of kustomize with the same objects', async ({ skip }) => {
    const base = join(directory, 'base')
    const args = [root('deploy/helm/print-kustomize.ts'), base, '--values', fileOf('anchors'), ...options]
    const printed = await tryProgram(process.execPath, ['--disable-warning=ExperimentalWarning', ...args])
    expect(printed?.isDone, printed?.message).toBe(true)
    const built = await tryProgram('kubectl', ['kustomize', base])
    if (!built) return skip('kubectl is not installed here')
    const names = (objects: { kind: string; metadata: { name: string } }[]) =>
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()
    expect(names(parseAllDocuments(built.output).map((each) => each.toJS()))).toEqual(
      names(await render('--values', fileOf('anchors'))),
    )
  })

  test('installs and upgrades as docs/kubernetes.md says', async () => {
    const [values] = (await blocksOf('docs/kubernetes.md')).filter(({ language }) => language === 'yaml')
    await writeFile(join(directory, 'values.yaml'), values?.content ?? '')
    await writeFile(join(directory, 'edu.yaml'), 'apiVersion: inmor/v1\n')
    const lines = (await shellOf('docs/kubernetes.md')).matchAll(/^helm upgrade (?:--install )?(.*)$/gm)
    const printed = []
    for (const [, line = ''] of lines) {
      const command = `helm template ${options.join(' ')} ${line.replace('deploy/helm/inmor', chart)}`
      const outcome = await tryProgram('sh', ['-c', `cd ${directory} && ${command}`])
      expect(outcome?.isDone, outcome?.message).toBe(true)
      printed.push(outcome?.output)
    }
    expect(printed).toHaveLength(3)
    expect(printed[0]).toContain('inmor-keygeneration --type=ES256')
    expect(printed[1]).toContain('"edu.yaml":"apiVersion: inmor/v1\\n"')
  })

  test('has no Secret, and names none of the database or of admin for ta, the exporter, the frontend and Redis', async () => {
    for (const name of setNames) {
      const objects = await render('--values', fileOf(name))
      expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([])
      for (const { metadata, spec } of objects) {
        const component = metadata.labels['app.kubernetes.io/component'] ?? ''
        if (!spec?.template || !['ta', 'exporter', 'frontend', 'redis'].includes(component)) continue
        expect(JSON.stringify(spec.template)).not.toMatch(/DATABASE|DB_|AUTH_SECRET|uri/)
      }
    }
  })

  test('lets ta and the exporter resolve, and not reach a database', async () => {
    for (const name of setNames) {
      const policy = (await render('--values', fileOf(name))).find(
        ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'inmor-public',
      )
      const { egress, policyTypes } = Policy.parse(policy?.spec)
      expect(policyTypes).toEqual(['Ingress', 'Egress'])
      const reached = [...privateAddresses, publicAddress].flatMap((address) =>
        [53, 443, 5432, 6432].flatMap((port) =>
          reaches(egress, address, port) ? [`${address} ${port}`] : [],
        ),
      )
      const names = [...privateAddresses, publicAddress].map((address) => `${address} 53`)
      expect(reached.sort(), name).toEqual([...names, `${publicAddress} 443`].sort())
    }
  })

  test('mounts the keys writable for admin alone, and without private.json for ta with a key of its own', async () => {
    const mounts = async (name: string, component: string) => {
      const objects = await render('--values', fileOf(name))
      const found = objects.find(
        (each) => each.kind === 'Deployment' && each.metadata.name === `inmor-${component}`,
      )
      const mounted = found?.spec?.template?.spec.containers[0]?.volumeMounts ?? []
      return mounted
        .filter((each) => each.mountPath.startsWith('/keys'))
        .map((each) => `${each.mountPath} ${each.readOnly}`)
    }
    expect(await mounts('anchors', 'admin')).toEqual(['/keys false'])
    for (const component of ['ta', 'exporter', 'worker'])
      expect(await mounts('anchors', component)).toEqual(['/keys true'])
    const own = ['/keys/answers.json', '/keys/publickeys', '/keys/answer_keys', '/keys/historical_keys']
    for (const component of ['ta', 'exporter'])
      expect(await mounts('exporter', component)).toEqual(own.map((path) => `${path} true`))
  })
})
