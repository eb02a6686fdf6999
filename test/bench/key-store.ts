/** Measures signatures and rebuilds with keys in a SoftHSM token, beside those with keys in files. */
import { createLocalSigner, type Signer, signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { type SoftHsm, softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import { number, type Part, table } from './document.ts'
import { duration } from './program.ts'
import { measureRebuild } from './rebuild.ts'

const algorithms = ['ES256', 'RS256'] as const
/** As many callers as a run and the publisher have together. */
const CALLERS = 32
/** Of a Subordinate Statement with a policy. */
const PAYLOAD = { text: 'x'.repeat(2_000) }
const head = ['', 'key in a file', 'key in the token']

/** Without SoftHSM, the section says why it has no figures. */
export const keyStoresPart: Part = {
  name: 'key-stores',
  usual: ['quick', 'full'],
  async measure(effort) {
    const title = 'Key stores'
    if (softHsmLacking) return [{ title, body: `Not measured: ${softHsmLacking}.` }]
    const hsm = await startSoftHsm()
    Object.assign(process.env, hsm.environment)
    const signed = await signatures(hsm, { quick: 1, full: 5 }[effort])
    const rebuilt = await rebuilds(hsm, { quick: 5_000, full: 100_000 }[effort])
    await hsm.close()
    return [{ title, body: [signed, rebuilt].join('\n\n') }]
  },
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
  return [intro, table(head, rows)].join('\n\n')
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
  const rows = [row('signing all', 'signing'), row('signing nothing', 'again')]
  return [intro, table([...head, 'ratio of durations'], rows)].join('\n\n')
}

async function signaturesPerSecond(signer: Signer, seconds: number): Promise<number> {
  const sign = () => signJwt(PAYLOAD, { key: signer, typ: 'JWT' })
  await sign() // opens the token
  const start = performance.now()
  let count = 0
  const call = async () => {
    for (; performance.now() < start + seconds * 1_000; count++) await sign()
  }
  await Promise.all(Array.from({ length: CALLERS }, call))
  return (count * 1_000) / (performance.now() - start)
}
