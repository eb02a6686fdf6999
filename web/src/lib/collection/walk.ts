/** Starts the crawl that fills the collection. */

import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'

const StartCollectionWalk = mutation(`StartCollectionWalk { run { id } }`)

export const startWalk = () => write(StartCollectionWalk, {})
