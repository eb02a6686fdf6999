/** The shortcut of the palette, and the names of shortcuts as on the user's keyboard. */
const isApple = /Mac|iPhone|iPad/.test(navigator.platform)

export const shortcutLabel = isApple ? '⌘ K' : 'Ctrl K'

export const isShortcut = (event: KeyboardEvent) =>
  event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
