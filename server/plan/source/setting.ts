/** Wanted settings and metadata policy of an anchor, as their mutations take them. */
import { readSettings } from '#server/database/settings.ts'
import { kinds } from '#server/plan/kinds.ts'
import type { Source } from '#server/plan/plan.ts'
import { objectsOf, type SourceContext } from '#server/plan/source/source.ts'
import type { Wanted } from '#server/plan/wanted.ts'

export type SettingSource = { [name: string]: unknown; metadataPolicy?: unknown }

/** @throws InvalidInputError */
export async function fromSettings(
  context: SourceContext,
  { metadataPolicy, ...fields }: SettingSource,
): Promise<Source> {
  const parsing = { ...context, settings: await readSettings(context.db) }
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  const settings = kinds.settings.parse(given, parsing)
  const policy = metadataPolicy === undefined ? {} : kinds.metadataPolicy.parse({ metadataPolicy }, parsing)
  const wanted: Wanted[] = []
  if (Object.keys(settings).length > 0) wanted.push({ section: 'settings', key: '', wanted: settings })
  if ('metadataPolicy' in policy) wanted.push({ section: 'metadataPolicy', key: '', wanted: policy })
  return { anchor: context.slug, objects: objectsOf(wanted) }
}
