/** Says why an anchor cannot be at its identifier: nothing would reach it, or it would take what another one serves. */
import type { EntityId } from '#core/entity-id.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'
import { servedPaths } from '../http/served-paths.ts'
import { hostsOf, isSamePlace, pathOf } from './choice.ts'

type Named = { slug: string; entityId: EntityId }

const firstPart = (path: string) => path.split('/', 2)[1] ?? ''
const reserved = new Set(servedPaths.map(firstPart).filter((part) => part !== ''))

/** Letters, digits and the signs that no client and no proxy encodes (RFC 3986, 2.3). */
const plain = /^(\/[\w.~-]+)*$/

/** A sentence; undefined if there is no fault. `others` are the anchors of the installation beside it. */
export function findPlaceFault(anchor: Named, others: readonly Named[]): string | undefined {
  const path = pathOf(anchor.entityId)
  if (!plain.test(path) || path.split('/').some((part) => part === '.' || part === '..'))
    return `Nothing reaches the path ${path}: clients and proxies write it in another way. Use letters, digits and the signs - . _ ~ only.`
  for (const other of others) {
    const fault = findConflict(anchor, other)
    if (fault) return fault
  }
  return undefined
}

function findConflict(anchor: Named, other: Named): string | undefined {
  const { slug, entityId } = other
  if (isSamePlace(entityId, anchor.entityId))
    return `The anchor ${slug} has this host and path: ${entityId}. Choose another identifier.`
  if (!hostsOf(entityId).some((host) => hostsOf(anchor.entityId).includes(host))) return undefined
  const taken = findTaken(anchor, other)
  if (taken) return `The anchor ${slug} serves ${entityId}/${taken}. Choose another path.`
  const covered = findTaken(other, anchor)
  if (!covered) return undefined
  return `The anchor ${slug} has the identifier ${entityId}, which this one would serve as /${covered}. Choose another path.`
}

/** The part of a served path of the second anchor with which the first one continues. */
function findTaken({ entityId }: Named, { slug, entityId: above }: Named): string | undefined {
  const path = pathOf(entityId)
  // A proxy may remove the path of the first anchor.
  const bases = slug === FIRST_ANCHOR ? [pathOf(above), ''] : [pathOf(above)]
  return bases
    .flatMap((base) => (path.startsWith(`${base}/`) ? firstPart(path.slice(base.length)) : []))
    .find((part) => reserved.has(part))
}
