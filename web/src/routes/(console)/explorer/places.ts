/** Lays out the graph with the Trust Anchor on top. Heavy: it is loaded with the graph. */
import dagre from '@dagrejs/dagre'
import type { TrustGraph } from '#lib/resolution/trust-graph.ts'

export const NODE = { width: 232, height: 62 }

/** The upper left corner of each entity, by its id. */
export function placesOf({ nodes, edges }: TrustGraph): Map<string, { x: number; y: number }> {
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 84 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { ...NODE })
  for (const { superior, subordinate } of edges) graph.setEdge(superior, subordinate)
  dagre.layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id)
      return [id, { x: x - NODE.width / 2, y: y - NODE.height / 2 }]
    }),
  )
}
