/** The published metadata policy vectors (§6.1): merging and applying, arrays compared as sets. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  applyMetadataPolicy,
  type MetadataPolicy,
  mergeMetadataPolicies,
} from '#core/metadata-policy/index.ts'

type Vector = {
  n: number
  combination: string[]
  TA: MetadataPolicy[string]
  INT: MetadataPolicy[string]
  merged?: MetadataPolicy[string]
  metadata: Record<string, unknown>
  resolved?: Record<string, unknown>
  error?: 'invalid_policy' | 'invalid_metadata'
}

const TYPE = 'openid_relying_party'
const file = new URL('../../../../shared/vectors/metadata-policy-sample.json', import.meta.url)
const present = existsSync(file)
if (!present)
  console.info(
    'The metadata policy vectors are skipped: ../shared/vectors/metadata-policy-sample.json is absent.',
  )

const vectors: Vector[] = present ? JSON.parse(readFileSync(file, 'utf8')) : []

describe.skipIf(!present)('metadata policy vectors', () => {
  it.each(vectors)(
    '$n: $combination',
    { tags: ['6.1.3.1/operators', '6.1.3.1/merge'] },
    ({ TA, INT, merged, metadata, resolved, error }) => {
      const merge = () => mergeMetadataPolicies([{ [TYPE]: TA }, { [TYPE]: INT }])
      if (error === 'invalid_policy') {
        expect(merge).toThrow(expect.objectContaining({ code: 'invalid_metadata' }))
        return
      }
      const policy = merge()
      expect(asSets(policy)).toEqual(asSets({ [TYPE]: merged }))
      const apply = () => applyMetadataPolicy(policy, { [TYPE]: metadata })
      if (error === 'invalid_metadata') {
        expect(apply).toThrow(expect.objectContaining({ code: 'invalid_metadata' }))
        return
      }
      expect(asSets(apply())).toEqual(asSets({ [TYPE]: resolved }))
    },
  )
})

/** Sorts every array, since the order of their elements is not defined (§6.1.3). */
function asSets(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asSets(inner)]))
}
