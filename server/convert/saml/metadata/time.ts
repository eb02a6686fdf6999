/** Reads `validUntil` (SAML metadata, §2.3.1). */
import type { Refuse } from '#server/convert/refusal.ts'
import { attributeOf, type XmlElement } from '#server/convert/saml/xml/element.ts'

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/

/** Null: there is none. A time without a zone is in UTC. */
export function readValidUntil(element: XmlElement, refuse: Refuse): Date | null {
  const text = attributeOf(element, 'validUntil')?.trim()
  if (text === undefined) return null
  const [, , zone] = TIME.exec(text) ?? []
  const time = new Date(zone ? text : `${text}Z`)
  if (TIME.test(text) && !Number.isNaN(time.getTime())) return time
  return refuse(`validUntil is ${JSON.stringify(text.slice(0, 40))}, which is not a time in UTC.`)
}
