/** The content of the side bar at any width; in a narrow window it opens from the top bar. */
import type { LayoutData } from '../$types'

export interface ShellProps {
  viewer: LayoutData['viewer']
  status: LayoutData['status']
  anchor: LayoutData['anchor']
  openPalette: () => void
}
