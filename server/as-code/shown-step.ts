/** A step as runs, approvals and the audit log show it: their readers may not see paths of URLs that may be secrets. */
import { kinds } from '#server/as-code/kinds.ts'
import type { Step } from '#server/as-code/step.ts'

export function shownStep({ section, key, verb, changes }: Step): Omit<Step, 'fields'> {
  if (!kinds[section].hasSecretPath) return { section, key, verb, changes }
  const others = changes.filter(({ path }) => path !== 'url')
  return { section, key: new URL(key).origin, verb, changes: others }
}
