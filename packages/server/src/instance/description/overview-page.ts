import { html, type Html, type PageLook } from '../../platform/html-page.ts'
import type { ApiOperation, OpenApi } from './open-api.ts'
import { docsLook, prose, verb } from './pages-look.ts'

/** A page as it is sent. */
export interface DocsPage {
  readonly title: string
  readonly body: Html
  readonly look: PageLook
}

/** Every operation in its group. */
export function overviewPage({ info, tags, paths }: OpenApi): DocsPage {
  const shown = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
  const groups = tags.map(({ name, description }) => {
    const own = shown.filter(({ operation }) => operation.tags?.[0] === name)
    return html`<section id="${anchorOf(name)}">
      <h2>${name}</h2>
      <p class="soft">${description}</p>
      <ul class="operations">
        ${own.map(entryOf)}
      </ul>
    </section>`
  })
  const links = tags.map(({ name }) => html`<li><a href="#${anchorOf(name)}">${name}</a></li> `)
  const body = html`${prose(String(info['description']))}
    <p>
      For programs the same is at <a href="/openapi.json"><code>/openapi.json</code></a> (OpenAPI 3.1). Each operation’s
      name is that of its call in <code>@afterai/sdk/api</code>.
    </p>
    <nav aria-label="Groups">
      <ul class="groups">
        ${links}
      </ul>
    </nav>
    ${groups}`
  return { title: 'The API', body, look: docsLook }
}

function entryOf({ method, path, operation }: { method: string; path: string; operation: ApiOperation }): Html {
  return html`<li>
    <a href="/v1/docs/${operation.operationId ?? ''}"
      >${verb(method)} <span class="path">${path}</span> <span>${operation.summary ?? ''}</span></a
    >
  </li>`
}

/** Where a group stands on the page of all. */
export function anchorOf(group: string): string {
  return group.toLowerCase().replaceAll(/[^a-z]+/g, '-')
}
