/** By which operators tell one anchor from another on every screen. */
import type { Environment } from '#lib/gql/graphql.ts'

export const environmentInWords: Record<Environment, string> = {
  PRODUCTION: 'Production',
  TEST: 'Test',
  OTHER: 'Other',
}

/** The colors that the form offers; the API takes any. */
export const colors: readonly { name: string; value: string }[] = [
  { name: 'Red', value: '#dc2626' },
  { name: 'Orange', value: '#ea580c' },
  { name: 'Yellow', value: '#ca8a04' },
  { name: 'Green', value: '#16a34a' },
  { name: 'Teal', value: '#0d9488' },
  { name: 'Blue', value: '#2563eb' },
  { name: 'Purple', value: '#7c3aed' },
  { name: 'Pink', value: '#db2777' },
]
