/** Measures signatures and rebuilds with keys in a SoftHSM token, beside those with keys in files. */
import { createLocalSigner, type Signer, signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { type SoftHsm, softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import type { Section } from './document.ts'
import { number, table } from './markdown.ts'
import { measureRebuild } from './rebuild.ts'
import { duration } from './sections.ts'

const algorithms = ['ES256', 'RS256'] as const
/** As many callers as a run and the publisher have together. */
const CALLERS = 32
/** Of a Subordinate Statement with a policy. */
const PAYLOAD = { text: 'x'.repeat(2_000) }

type KeyStoreEffort = {
  /** Of each signature row. */
  seconds: number
  /** Of the rebuilds. */
  subordinates: number
}

/** Without SoftHSM, the section says why it has no figures. */
export async function keyStoreSection({ seconds, subordinates }: KeyStoreEffort): Promise<Section> {
  const title = 'Key stores'
  if (softHsmLacking) return { title, body: `Not measured: ${softHsmLacking}.` }
  const hsm = await startSoftHsm()
  Object.assign(process.env, hsm.environment)
  const body = [await signatures(hsm, seconds), await rebuilds(hsm, subordinates)].join('\n\n')
  await hsm.close()
  return { title, body }
}

async function signatures({ module, pin }: SoftHsm, seconds: number): Promise<string> {
  const stores = createKeyStores(readKeyStoreSettings({ PKCS11_MODULE: module, PKCS11_PIN: pin }))
  const rows: string[][] = []
  for (const alg of algorithms) {
    const inFile = await createLocalSigner(await generateSigningKey(alg))
    const inToken = stores.open(await stores.generate('pkcs11', alg))
    const rates = [await signaturesPerSecond(inFile, seconds), await signaturesPerSecond(inToken, seconds)]
    rows.push([alg, ...rates.map(number)])
  }
  stores.close()
  const intro = `Signatures of statements per second by one process with ${CALLERS} callers. The token is SoftHSM, which computes on
the same processor; a hardware security module has its own figures.`
  return [intro, table(['', 'key in a file', 'key in the token'], rows)].join('\n\n')
}

/** One after the other in one run, because the machine may do other work at other times. */
async function rebuilds({ module, pin, environment }: SoftHsm, subordinates: number): Promise<string> {
  const inFile = await measureRebuild(subordinates)
  const token = { ...environment, KEY_STORE: 'pkcs11', PKCS11_MODULE: module, PKCS11_PIN: pin }
  const inToken = await measureRebuild(subordinates, token)
  const row = (name: string, part: 'signing' | 'again') => {
    const [file, stored] = [inFile[part], inToken[part]]
    return [name, duration(file), duration(stored), (stored.clock / file.clock).toFixed(2)]
  }
  const intro = `A rebuild of ${number(subordinates)} members that signs every statement with ES256, and one that finds them signed.
The processor time is that of the admin server, without the process of the module.`
  const head = ['', 'key in a file', 'key in the token', 'ratio of durations']
  return [intro, table(head, [row('signing all', 'signing'), row('signing nothing', 'again')])].join('\n\n')
}

async function signaturesPerSecond(signer: Signer, seconds: number): Promise<number> {
  await signJwt(PAYLOAD, { key: signer, typ: 'JWT' }) // opens the token
  const start = performance.now()
  const end = start + seconds * 1_000
  let count = 0
  const call = async () => {
    while (performance.now() < end) {
      await signJwt(PAYLOAD, { key: signer, typ: 'JWT' })
      count += 1
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, call))
  return Math.round(count / ((performance.now() - start) / 1_000))
}
