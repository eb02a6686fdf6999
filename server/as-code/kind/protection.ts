/** What a second person must approve, in the whole installation. */
import { installationOf } from '#server/as-code/kind/installation.ts'
import type { KindRow } from '#server/as-code/kind/row.ts'
import { withImplied } from '#server/services/protection/operation.ts'
import { checkProtection, type ProtectionChange } from '#server/services/protection/protection.ts'
import { defaultProtection, readProtection } from '#server/services/protection/settings.ts'

const defaults: Readonly<Record<string, unknown>> = defaultProtection

export const protection: KindRow = {
  noun: 'protection',
  keys: [],
  mutations: { CHANGE: ['updateProtection'] },
  defaults,
  async *read(db) {
    const { version, updatedAt: _, ...fields } = await readProtection(db)
    yield [{ id: 0, key: '', fields, version }]
  },
  parse(fields) {
    const all = Object.entries(fields).map(([name, value]) => [name, value ?? defaults[name]])
    const change: ProtectionChange = Object.fromEntries(all) // as the input of the mutation
    checkProtection(change)
    return change.operations ? { ...change, operations: withImplied(change.operations) } : change
  },
  change: (context, caller, { version = null }, fields) =>
    installationOf(context).protection.update(caller, { ...fields, version }),
}
