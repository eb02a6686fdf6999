/** Lists the measurements of `npm run bench`, in the order in which they are made. */
import { adminAnchorsPart } from './admin-anchors.ts'
import { anchorsPart } from './anchors.ts'
import { anyPart } from './any.ts'
import { callersPart } from './callers.ts'
import type { Part } from './document.ts'
import { edgePart } from './edge.ts'
import { filesPart } from './files.ts'
import { keyStoresPart } from './key-store.ts'
import { lanesPart } from './lanes.ts'
import { checksPart, importPart, renewalPart } from './members.ts'
import { adminGrowth } from './million/admin.ts'
import { documentsPart } from './million/documents.ts'
import { federationGrowth } from './million/federation.ts'
import { mixedPart } from './mixed.ts'
import { outagesPart } from './outages.ts'
import { publicPart } from './public.ts'
import { rebuildPart } from './rebuild.ts'
import { survivePart } from './survive/part.ts'

/** What `--million` measures. */
export const growthParts: readonly Part[] = [federationGrowth, adminGrowth]

export const parts: readonly Part[] = [
  publicPart,
  anyPart,
  filesPart,
  edgePart,
  survivePart,
  anchorsPart,
  adminAnchorsPart,
  callersPart,
  documentsPart,
  rebuildPart,
  renewalPart,
  importPart,
  checksPart,
  lanesPart,
  mixedPart,
  keyStoresPart,
  outagesPart,
  ...growthParts,
]
