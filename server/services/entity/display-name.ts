/** Finds the display name of an entity in its metadata (§5.2.2). */
import type { Metadata } from '#core/metadata.ts'

/** The name of the service, or else of its organization. */
export function displayName(metadata: Metadata): string | null {
  const names = ['display_name', 'client_name', 'resource_name', 'organization_name']
  for (const name of names) {
    for (const parameters of Object.values(metadata)) {
      const value = parameters[name]
      if (typeof value === 'string' && value.trim()) return value.trim().slice(0, 200)
    }
  }
  return null
}
