/** `inmor delegate`, for the owners of Trust Mark types (§7.2). */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey, type Jwk, toPublicJwk } from '#core/keys.ts'
import { verifyDelegation } from '#core/trust-mark/index.ts'
import { folderInFile } from '#test/helpers/in-file.ts'
import { inmor } from '#test/helpers/product.ts'
import { verified } from '../verify.ts'

const [owner, issuer] = ['https://owner.example', 'https://issuer.example']
const type = 'https://owner.example/marks/owned'

const directory = folderInFile('delegate')
let key: Jwk

beforeAll(async () => {
  key = await generateSigningKey('ES256')
  await writeFile(join(directory, 'owner.json'), JSON.stringify(key))
})

test('signs a delegation that verifies with the key of the owner (§7.2.1)', {
  tags: '7.2.1/typ',
}, async () => {
  const { code, stdout } = await inmor({ environment: {} }, [
    'delegate',
    `--key=${join(directory, 'owner.json')}`,
    ...[`--owner=${owner}`, `--issuer=${issuer}`, `--type=${type}`],
    ...['--days=30', '--ref=https://owner.example/about'],
  ])
  expect(code).toBe(0)
  const jwt = stdout.trim()
  const ownerKeys = { keys: [toPublicJwk(key)] }
  const { protectedHeader, payload } = await verified(jwt, {
    keys: ownerKeys,
    typ: 'trust-mark-delegation+jwt',
  })
  expect(protectedHeader).toEqual({ typ: 'trust-mark-delegation+jwt', alg: 'ES256', kid: key.kid })
  expect(payload).toMatchObject({ ref: 'https://owner.example/about' })
  expect(Number(payload.exp) - Number(payload.iat)).toBe(30 * 86_400)
  const now = Math.floor(Date.now() / 1000)
  await expect(verifyDelegation(jwt, { owner, ownerKeys, issuer, type, now })).resolves.toBeDefined()
})
