/** What an API key is limited to, as its row says it. */
import { z } from 'zod'
import { roles } from '#server/identity/roles.ts'

/** A lower role than the owner's, the only anchor in which the key is valid, and who made it. */
const keyMetadata = z.object({
  role: z.enum(roles).optional(),
  anchor: z.string().optional(),
  createdBy: z.string().optional(),
})

export type KeyMetadata = z.infer<typeof keyMetadata>

/** JSON text, which an earlier version encoded twice. @throws ZodError if the limits cannot be read */
export function parseKeyMetadata(metadata: string | null): KeyMetadata {
  let value: unknown = metadata
  for (let unwrapped = 0; typeof value === 'string' && unwrapped < 2; unwrapped++) value = JSON.parse(value)
  return keyMetadata.parse(value ?? {})
}
