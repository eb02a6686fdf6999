/** Decides which peers are trusted proxies, whose forwarding headers count. */
import proxyAddress from '@fastify/proxy-addr'

/** All, none, or addresses, networks and their names. */
export type TrustedProxies = boolean | readonly string[]

export function createProxyTrust(trusted: TrustedProxies): (address: string) => boolean {
  if (typeof trusted === 'boolean') return () => trusted
  const isTrusted = proxyAddress.compile([...trusted])
  return (address) => isTrusted(address, 0)
}
