/** Which look the reader chose; `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark'

/** The chosen theme of this browser. */
export function chosenTheme(): Theme {
  const theme = localStorage.getItem('theme')
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Chooses a theme, at once and for the next visits of this browser. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem('theme', theme)
  applyTheme()
}

function applyTheme(): void {
  const theme = chosenTheme()
  const isDark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme)
