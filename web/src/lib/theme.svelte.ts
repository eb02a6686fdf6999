/** The chosen theme; the default follows the system. static/theme.js applies it before the first paint. */

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value)

const root = document.documentElement
let chosen = $state<Theme>(isTheme(root.dataset.theme) ? root.dataset.theme : 'system')

export const theme = {
  get chosen() {
    return chosen
  },
  choose(next: Theme) {
    chosen = next
    if (next === 'system') delete root.dataset.theme
    else root.dataset.theme = next
    try {
      localStorage.setItem('theme', next)
    } catch {
      // Without access to storage the choice lasts as long as the page.
    }
  },
}
