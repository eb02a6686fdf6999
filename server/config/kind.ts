/** Kinds of variables that only the admin server has. */
import { z } from 'zod'
import { list, text, wrong } from '#federation/config/kind.ts'
import { databaseHosts } from '#prisma/connection.ts'
import { type Role, roles, secondFactorGroups } from '#server/identity/roles.ts'

const role = z.enum(roles, wrong(`must be ${roles.join(', ')}`))

const group = z.enum(secondFactorGroups, wrong(`must be ${secondFactorGroups.join(', ')}`))

export const groupList = list.pipe(z.array(group))

/** `group=role`, separated by commas. A group may contain "="; a role cannot. */
export const roleMap = list.transform((entries, context) => {
  const map = new Map<string, Role>()
  for (const entry of entries) {
    const [, group = '', name] = /^(.*\S)\s*=\s*(\S+)$/.exec(entry) ?? []
    const { data } = role.safeParse(name)
    if (data) map.set(group, data)
    else context.addIssue(`must be group=role, where a role is ${roles.join(', ')}, not "${entry}"`)
  }
  return map
})

/** The message does not repeat the URL, which may hold a password. */
export const databaseUrl = text.refine(
  (value) => databaseHosts(value).length > 0,
  'must be of the form postgresql://user:password@host:5432/database',
)

export const databaseHost = text.refine(
  (value) => !/[/?#@]/.test(value) && URL.canParse(`postgresql://${value}:5432`),
  wrong('must be the name or the address of a host'),
)

/** Parameters that change what the connection is; others could log it, or read files. */
const smtpParameters = /^(requireTLS|ignoreTLS|name|tls\.(rejectUnauthorized|servername|minVersion))$/

/** The message does not repeat the URL, which may hold a password. */
export const smtpUrl = text.refine(
  isSmtpUrl,
  'must be of the form smtp://user:password@host:587 or smtps://user:password@host:465',
)

function isSmtpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, pathname, hash, searchParams } = new URL(value)
  const isServer = /^smtps?:$/.test(protocol) && hostname !== '' && /^\/?$/.test(pathname) && hash === ''
  return isServer && [...searchParams.keys()].every((name) => smtpParameters.test(name))
}

export type MailSender = { name: string; address: string }

/** `address` or `name <address>`; the name may be in quotes. */
export const mailSender = text.transform((value, context): MailSender => {
  const [, name = '', inBrackets] = /^"?([^"<>\p{Cc}]*?)"?\s*<([^<>]+)>$/u.exec(value.trim()) ?? []
  const address = inBrackets ?? value.trim()
  if (z.email().safeParse(address).success) return { name: name.trim(), address }
  context.addIssue(`must be an address, or "name <address>", not "${value}"`)
  return z.NEVER
})
