/** The search of the palette: the typed text and its matches, in groups. */
import Anchor from '@lucide/svelte/icons/anchor'
import History from '@lucide/svelte/icons/history'
import Plus from '@lucide/svelte/icons/plus'
import Waypoints from '@lucide/svelte/icons/waypoints'
import { anchorIn } from '#lib/anchor/address.ts'
import { nameOf } from '#lib/anchor/anchor.ts'
import { presentAnchor } from '#lib/anchor/present.ts'
import { entityIdProblem, toEntityId } from '#lib/entity/id.ts'
import type { AnchorFieldsFragment } from '#lib/gql/graphql.ts'
import { partIn } from '#lib/navigation.ts'
import { route } from '#lib/route.ts'
import { actions, type Command, screens, type Viewer } from './command.ts'
import { findOnServer } from './find.ts'
import { matching } from './match.ts'
import { readRecent } from './recent.ts'

/** Milliseconds: long enough to type a word, short enough to feel immediate. */
const TYPING_PAUSE = 150

type User = Viewer & { username: string }

export interface Group {
  heading: string
  commands: Command[]
}

/** Actions for an entity that is not registered, by its identifier. */
function byAddress(query: string, { mayOperate }: User): Command[] {
  if (!/^https?:\/\//.test(query.trim())) return []
  const entityId = toEntityId(query)
  if (entityIdProblem(entityId)) return []
  const register = { id: 'register', label: `Register ${entityId}`, icon: Plus }
  return [
    ...(mayOperate ? [{ ...register, href: route.registerSubordinate(entityId) }] : []),
    { id: 'explain', label: `Explain ${entityId}`, icon: Waypoints, href: route.explorer(entityId) },
  ]
}

/** The objects of this anchor only; a link from the time of one anchor leads to the same object. */
const recentCommands = ({ username }: User): Command[] =>
  readRecent(username, localStorage)
    .filter(({ href }) => anchorIn(href) === presentAnchor)
    .map(({ href, label }) => ({
      id: `recent ${href}`,
      label,
      icon: History,
      href,
    }))

const switches = (anchors: readonly AnchorFieldsFragment[]): Command[] =>
  anchors
    .filter(({ slug }) => anchors.length > 1 && slug !== presentAnchor)
    .map((anchor) => ({
      id: `anchor ${anchor.slug}`,
      label: `Switch to ${nameOf(anchor)}`,
      note: anchor.entityId,
      icon: Anchor,
      words: `trust anchor ${anchor.slug} ${anchor.environment ?? ''}`,
      effect: { kind: 'anchor', address: partIn(anchor.slug, location.pathname) },
    }))

export function createPaletteSearch(viewer: () => User, anchors: () => readonly AnchorFieldsFragment[]) {
  let query = $state('')
  let found = $state.raw<Command[]>([])
  let isAsking = $state(false)
  let typing: ReturnType<typeof setTimeout> | undefined
  /** Answers can arrive out of order; only the one to the latest request counts. */
  let latest = 0

  const groups = $derived(
    [
      { heading: 'This address', commands: byAddress(query, viewer()) },
      { heading: 'Recent', commands: matching(recentCommands(viewer()), query) },
      { heading: 'Anchors', commands: matching(switches(anchors()), query) },
      { heading: 'Screens', commands: matching(screens(viewer()), query) },
      { heading: 'Actions', commands: matching(actions(viewer()), query) },
      // Last, because it arrives later and must not move other options.
      { heading: 'Found in the federation', commands: found },
    ].filter(({ commands }) => commands.length > 0),
  )

  async function find(search: string, asked: number) {
    const answer = await findOnServer(search, viewer())
    if (asked !== latest) return
    found = answer
    isAsking = false
  }

  return {
    get query() {
      return query
    },
    set query(text: string) {
      query = text
      const search = text.trim()
      const asked = ++latest
      clearTimeout(typing)
      isAsking = search !== ''
      if (isAsking) typing = setTimeout(() => void find(search, asked), TYPING_PAUSE)
      else found = []
    },
    get groups(): Group[] {
      return groups
    },
    get isAsking() {
      return isAsking
    },
  }
}
