/** A step as runs, approvals and the audit log show it: their readers may not see paths of URLs that may be secrets. */
import { kinds } from '#server/plan/kinds.ts'
import type { Step } from '#server/plan/step.ts'

export function shownStep({ section, key, verb, changes }: Step): Omit<Step, 'fields'> {
  const shown = kinds[section].hasSecretPath ? changes.filter(({ path }) => path !== 'url') : changes
  return { section, key: shownKey({ section, key }), verb, changes: shown }
}

export const shownKey = ({ section, key }: Pick<Step, 'section' | 'key'>): string =>
  kinds[section].hasSecretPath ? new URL(key).origin : key
