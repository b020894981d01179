// Sets the theme before the first paint; the policy forbids scripts in the page itself.
{
  const chosen = localStorage.getItem('theme') ?? 'system'
  const isDark = chosen === 'dark' || (chosen === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
}
