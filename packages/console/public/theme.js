// Sets the look before the first paint; the policy forbids scripts in the page itself.
{
  const chosen = localStorage.getItem('theme')
  const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  document.documentElement.dataset.density = localStorage.getItem('density') ?? 'default'
}
