/** The lazy door to everything that floats: dialogs, menus and messages are one chunk, fetched when the first view has settled. */
export const floating = () => import('./floating-parts.tsx')
