/** Which look the reader chose; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark'
/** How close together things stand. */
export type Density = 'default' | 'comfortable' | 'compact'

/** The look as this browser keeps it, for the first paint. */
export interface Look {
  readonly theme: Theme
  readonly density: Density
}

/** Applies a look at once, and for the next visits of this browser. */
export function chooseLook({ theme, density }: Look): void {
  localStorage.setItem('theme', theme)
  localStorage.setItem('density', density)
  applyTheme()
  document.documentElement.dataset['density'] = density
  dispatchEvent(new Event('density'))
}

function applyTheme(): void {
  const theme = localStorage.getItem('theme')
  const isDark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme)
