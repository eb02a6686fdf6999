/** Writes what a check of an entity found as plain text, for the entity's operator. */
import { buildEntityConfigurationUrl } from '#core/entity-id.ts'
import { plural } from '#lib/format.ts'

type Check = { status: string; title: string; message: string; advice: string | null; section: string | null }
type Inspection = { entityId: string; checks: readonly Check[] }

/** Messages quote the entity's own texts, which must not look like lines of the report. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

export function reportFor({ entityId, checks }: Inspection, superior: string, at: Date): string {
  const failed = checks.filter(({ status }) => status === 'FAILED')
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const found = failed.map(({ title, message, advice, section }, index) =>
    [
      `${index + 1}. Failed: ${title}${section === null ? '' : ` (OpenID Federation 1.0, §${section})`}`,
      `   ${oneLine([message, advice ?? ''].join(' '))}`,
    ].join('\n'),
  )
  return [
    `To the operator of ${entityId}`,
    `${superior} checked ${entityId} for registration on ${when}.\n${plural(failed.length, 'check')} failed. Please fix what is listed here, then tell us.`,
    ...found,
    `Entity Configuration: ${buildEntityConfigurationUrl(entityId)}\nSuperior that its authority_hints must name: ${superior}`,
    '',
  ].join('\n\n')
}
