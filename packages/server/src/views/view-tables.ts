import type { Preferences, SavedView } from '@afterai/contract'

declare module '../platform/database.ts' {
  interface Tables {
    member_preference: { tenant_id: string; account_id: string; preferences: Preferences }
    saved_view: {
      tenant_id: string
      id: string
      author_id: string
      author_name: string | null
      name: string
      query: string
      columns: string[]
      density: SavedView['density']
      shared: boolean
    }
  }
}
