import type { Preferences, SavedView } from '../views.ts'
import { ids, pageOf } from './example-values.ts'
import type { Operations } from './operation.ts'

const preferences: Preferences = {
  timeZone: 'Europe/Paris',
  density: 'compact',
  theme: 'dark',
  letterKeys: true,
  notesSeen: ['life.change'],
}
const request = {
  name: 'Worse than before',
  query: 'verdict=regression&system=support-bot',
  columns: ['title', 'verdict', 'age'],
  density: 'default' as const,
  shared: true,
}
const view: SavedView = { id: ids.change, ...request, authorId: ids.account, authorName: 'Ada' }
const byId = { id: ids.change }

/** Descriptions of the operations of preferences and kept views, by route. */
export const viewOperations: Operations = {
  'GET /v1/me/preferences': {
    id: 'getPreferences',
    tag: 'Session',
    summary: 'Read how pages look to you',
    description: 'Each tenant has its own. Who has set none gets what everybody begins with.',
    answer: preferences,
  },
  'PUT /v1/me/preferences': {
    id: 'setPreferences',
    tag: 'Session',
    summary: 'Say how pages look to you',
    description: 'They are set as a whole.',
    body: preferences,
    answer: preferences,
  },
  'GET /v1/views': {
    id: 'listViews',
    tag: 'Session',
    summary: 'List the views that you keep, and those that are shared',
    answer: pageOf(view),
  },
  'POST /v1/views': {
    id: 'createView',
    tag: 'Session',
    summary: 'Keep a view',
    description: 'A person keeps a hundred, and a tenant shares two hundred.',
    once: true,
    body: request,
    answer: view,
    problems: ['conflict'],
  },
  'PUT /v1/views/{id}': {
    id: 'changeView',
    tag: 'Session',
    summary: 'Change a view',
    description: 'It is set as a whole, by its author, or by an administrator where it is shared.',
    parameters: byId,
    body: request,
    answer: view,
    problems: ['conflict'],
  },
  'DELETE /v1/views/{id}': {
    id: 'removeView',
    tag: 'Session',
    summary: 'Remove a view',
    description: 'By its author, or by an administrator where it is shared.',
    parameters: byId,
  },
}
