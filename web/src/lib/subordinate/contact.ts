/** Reads the contacts of an entity, which it publishes as any text. */

/** The longest address (RFC 5321, section 4.5.3.1.3). */
const MAXIMUM_LENGTH = 254
const mailAddress =
  /^([\p{L}\p{N}.!$*+\-^_`{|}~']{1,64})@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})$/iu

/** A link to write to it; undefined for text that is no mail address. */
export function mailLink(contact: string): string | undefined {
  const [, local, domain] = mailAddress.exec(contact.replace(/^mailto:/i, '')) ?? []
  if (local === undefined || contact.length > MAXIMUM_LENGTH) return undefined
  return `mailto:${encodeURIComponent(local)}@${domain}`
}
