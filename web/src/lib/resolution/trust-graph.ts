/** Draws a resolution as a graph: entities, and the statements of superiors about them. */
import { type Chain, hasFailed, type Resolution } from '#lib/resolution/resolution.ts'
import type { ExplorerView } from '#lib/route.ts'
import type { Tone } from '#lib/tone.ts'

export interface EntityNode {
  id: string
  role: 'subject' | 'intermediate' | 'anchor' | 'unreached'
  tone: Tone
  /** The address that the node opens. */
  view: ExplorerView
}

export interface StatementEdge {
  id: string
  superior: string
  subordinate: string
  tone: Tone
  label: string
  view: ExplorerView
}

export interface TrustGraph {
  nodes: EntityNode[]
  edges: StatementEdge[]
}

/** An entity in several chains is shown with its best state. */
const rank: Record<Tone, number> = { success: 0, quiet: 1, warning: 2, error: 3 }

function put<Thing extends { id: string; tone: Tone }>(things: Map<string, Thing>, thing: Thing): void {
  const known = things.get(thing.id)
  if (!known || rank[thing.tone] < rank[known.tone]) things.set(thing.id, thing)
}

const edgeId = (superior: string, subordinate: string) => `${superior} ${subordinate}`

export function trustGraph({ entityId, trustAnchor, chains, failures }: Resolution): TrustGraph {
  const nodes = new Map<string, EntityNode>()
  const edges = new Map<string, StatementEdge>()
  for (const [index, chain] of chains.entries()) addChain(nodes, edges, chain, String(index))
  const subject: EntityNode = { id: entityId, role: 'subject', tone: 'error', view: { failure: '0' } }
  if (!nodes.has(entityId)) nodes.set(entityId, subject)
  for (const [index, { entityId: at, superior }] of failures.entries()) {
    const view = { failure: String(index) }
    if (!nodes.has(at)) nodes.set(at, { id: at, role: 'unreached', tone: 'error', view })
    if (!superior) continue
    const role = superior === trustAnchor ? 'anchor' : 'unreached'
    if (!nodes.has(superior)) nodes.set(superior, { id: superior, role, tone: 'quiet', view })
    put(edges, {
      id: edgeId(superior, at),
      superior,
      subordinate: at,
      tone: 'error',
      label: 'ended here',
      view,
    })
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] }
}

function addChain(
  nodes: Map<string, EntityNode>,
  edges: Map<string, StatementEdge>,
  chain: Chain,
  index: string,
): void {
  const { path, statements } = chain
  const toneAt = (position: number): Tone => (hasFailed(chain, position) ? 'error' : 'success')
  for (const [position, id] of path.entries()) {
    const isAnchor = position === path.length - 1
    // A chain does not contain an Intermediate's configuration; its superior's statement represents it.
    const own = position === 0 ? 0 : isAnchor ? statements.length - 1 : position + 1
    put(nodes, {
      id,
      role: isAnchor ? 'anchor' : position === 0 ? 'subject' : 'intermediate',
      tone: toneAt(own),
      view: { chain: index, statement: String(own) },
    })
    const superior = path[position + 1]
    if (superior === undefined) continue
    put(edges, {
      id: edgeId(superior, id),
      superior,
      subordinate: id,
      tone: toneAt(position + 1),
      label: toneAt(position + 1) === 'error' ? 'invalid' : 'valid',
      view: { chain: index, statement: String(position + 1) },
    })
  }
}
