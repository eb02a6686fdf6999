/** Kinds of variables: what their text must look like, and the value that it becomes. */
import { z } from 'zod'
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { parseRedisUrl, RedisUrlError } from '#store/redis-url.ts'

/** The error for a rule, to follow the name of the variable. */
export const wrong = (rule: string) => ({
  error: ({ input }: { input?: unknown }) => `${rule}, not "${input}"`,
})

export const text = z.string('must be a single value')

export const flag = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
  ...wrong('must be true or false'),
})

export function wholeNumber(lowest: number, highest: number) {
  const isInRange = (value: string) => {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    return Number.isInteger(number) && number >= lowest && number <= highest
  }
  return text
    .refine(isInRange, wrong(`must be a whole number from ${lowest} to ${highest}`))
    .transform(Number)
}

export const port = wholeNumber(0, 65_535)

export const choice = <const Value extends string>(...values: readonly Value[]) =>
  text.toLowerCase().pipe(z.enum(values, wrong(`must be one of ${values.join(', ')}`)))

/** Joined by commas. */
export const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)

/** Joined by commas. */
export const ports = list.pipe(z.array(wholeNumber(1, 65_535)))

export const entityId = text
  .trim()
  .refine(isEntityId, wrong('must be an https URL with a host, without query, fragment or user information'))

function isEntityId(value: string): boolean {
  try {
    parseEntityId(value, { allowHttp: true })
    return true
  } catch (error) {
    if (error instanceof FederationError) return false
    throw error
  }
}

export const httpUrl = z.url({ protocol: /^https?$/, ...wrong('must be an http or https URL') })

/** A slash at the end does no harm; with a path it would match no page. */
export const origin = text
  .trim()
  .refine(isOrigin, wrong('must be an origin such as https://console.example.org, without a path'))
  .transform((value) => new URL(value).origin)

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, href, origin } = new URL(value)
  return /^https?:$/.test(protocol) && href === `${origin}/`
}

export const origins = list.pipe(z.array(origin))

/** The message does not repeat the URL, which may hold a password. */
export const redisUrl = text.superRefine((value, context) => {
  try {
    parseRedisUrl(value)
  } catch (error) {
    if (!(error instanceof RedisUrlError)) throw error
    context.addIssue(error.message)
  }
})

/** Names for the addresses of a reverse proxy on the same machine or in the same private network. */
export const proxyNames = ['loopback', 'linklocal', 'uniquelocal'] as const

const network = z.union([z.cidrv4(), z.cidrv6()]).refine((value) => !/\/0+$/.test(value))
const proxy = z.union([z.enum(proxyNames), z.ipv4(), z.ipv6(), network])

/** Which proxies may say who the client is: all, none, or those at the listed addresses. */
export const proxies = z.union(
  [z.stringbool({ truthy: ['true'], falsy: ['false'] }), list.pipe(z.array(proxy))],
  wrong(
    `must be addresses, CIDR blocks or the names ${proxyNames.join(', ')}, joined by commas, or true or false for all or none`,
  ),
)
