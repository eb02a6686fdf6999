/** Measures signatures with keys in a SoftHSM token, beside those with keys in files. */
import { createLocalSigner, type Signer, signJwt } from '#core/jws.ts'
import { generateSigningKey } from '#core/keys.ts'
import { readKeyStoreSettings } from '#federation/config/key-store.ts'
import { createKeyStores } from '#federation/key-store/stores.ts'
import { softHsmLacking, startSoftHsm } from '#test/helpers/soft-hsm.ts'
import type { Section } from './document.ts'
import { number, table } from './markdown.ts'

const algorithms = ['ES256', 'RS256'] as const
/** As many callers as a run and the publisher have together. */
const CALLERS = 32
/** Of a Subordinate Statement with a policy. */
const PAYLOAD = { text: 'x'.repeat(2_000) }

/** Without SoftHSM, the section says why it has no figures. */
export async function keyStoreSection(seconds: number): Promise<Section> {
  const title = 'Key stores'
  if (softHsmLacking) return { title, body: `Not measured: ${softHsmLacking}.` }
  const hsm = await startSoftHsm()
  Object.assign(process.env, hsm.environment)
  const stores = createKeyStores(readKeyStoreSettings({ PKCS11_MODULE: hsm.module, PKCS11_PIN: hsm.pin }))
  const rows: string[][] = []
  for (const alg of algorithms) {
    const inFile = await createLocalSigner(await generateSigningKey(alg))
    const inToken = stores.open(await stores.generate('pkcs11', alg))
    const rates = [await signaturesPerSecond(inFile, seconds), await signaturesPerSecond(inToken, seconds)]
    rows.push([alg, ...rates.map(number)])
  }
  stores.close()
  await hsm.close()
  const intro = `Signatures of statements per second by one process with ${CALLERS} callers. The token is SoftHSM, which computes on
the same processor; a hardware security module has its own figures.`
  return { title, body: [intro, table(['', 'key in a file', 'key in the token'], rows)].join('\n\n') }
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
