/** Reads the open requests of a member's organizations, by organization and anchor. */
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { anchorName, placeKey } from './place.ts'
import { ownFirst, type RequestPlace } from './request-place.ts'

/** The API accepts no more open requests of an organization in an anchor than these. */
const OpenRequests = graphql(`
  query OpenRequests {
    viewer {
      organizations {
        id name active
        contacts { role email }
        anchors {
          slug entityId name environment contacts selfCheckUrl keyUpdateTriggerUrl keyUpdateUrl
          requests(isOpen: true, first: 100) { edges { node { ...RequestRow } } }
        }
      }
    }
  }
`)

export async function readRequestPlaces(fetch: typeof globalThis.fetch): Promise<RequestPlace[]> {
  const { viewer } = await read(fetch, OpenRequests, {})
  return (viewer?.organizations ?? []).flatMap(({ anchors, ...organization }) =>
    anchors.map(({ requests, ...anchor }) => ({
      key: placeKey(anchor, organization),
      organization,
      anchor: { ...anchor, name: anchorName(anchor) },
      open: ownFirst(requests.edges.map(({ node }) => node)),
    })),
  )
}
