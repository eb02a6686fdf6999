/** The content of the side bar at any width; in a narrow window it opens from the top bar. */
import type { LayoutData } from '../$types'

export interface ShellProps {
  viewer: LayoutData['viewer']
  /** Those in which the user has a role; empty while the server does not answer. */
  anchors: LayoutData['anchors']
  /** The one of this page. */
  anchor: LayoutData['anchor']
  openPalette: () => void
}
