import { type ProblemCode, problems } from '@afterai/contract'
import { html, type Html } from '../../platform/html-page.ts'
import type { ApiOperation, ApiParameter, MediaType, OpenApi } from './open-api.ts'
import { anchorOf, type DocsPage } from './overview-page.ts'
import { block, docsLook, line, prose, verb } from './pages-look.ts'
import { fieldsOf, typeName } from './schema-fields.ts'

interface Shown {
  readonly method: string
  readonly path: string
  readonly operation: ApiOperation
  readonly api: OpenApi
}

/** One operation: what it takes and answers, and how it refuses; undefined if none has this name. */
export function operationPage(api: OpenApi, name: string): DocsPage | undefined {
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (operation.operationId !== name) continue
      const shown = { method, path, operation, api }
      return { title: operation.summary ?? name, body: bodyOf(shown), look: docsLook }
    }
  }
  return undefined
}

function bodyOf(shown: Shown): Html {
  const { method, path, operation } = shown
  const group = operation.tags?.[0] ?? ''
  return html`<p class="address">${verb(method)} <span class="path">${path}</span></p>
    <p class="soft">
      <a href="/v1/docs">The API</a> · <a href="/v1/docs#${anchorOf(group)}">${group}</a> · called
      <code>${operation.operationId ?? ''}</code
      >${operation['x-rate-class'] === 'none' ? html`` : html` · counted as <code>${operation['x-rate-class'] ?? ''}</code>`}
    </p>
    ${prose(operation.description ?? '')} ${parametersOf(shown)} ${requestOf(shown)}
    <h2>As a command</h2>
    ${block(commandOf(shown))} ${answersOf(shown)} ${refusalsOf(shown)}`
}

function parametersOf({ operation, api }: Shown): Html {
  const parameters = (operation.parameters ?? []).map((it) => resolveParameter(it, api))
  if (parameters.length === 0) return html``
  const items = parameters.map(
    ({ name = '', in: place = '', required, schema = {}, description, example }) =>
      html`<li>
        <code>${name}</code> <span class="soft">${typeName(schema, api.components.schemas)}, in the ${place}</span>
        ${required === true ? html`<span class="must">required</span>` : html``}
        ${description === undefined ? html`` : html`<p class="soft">${line(description)}</p>`}
        ${example === undefined ? html`` : html`<p class="soft">Such as <code>${String(example)}</code></p>`}
      </li>`,
  )
  return html`<h2>Parameters</h2>
    <ul class="fields">
      ${items}
    </ul>`
}

function resolveParameter(parameter: ApiParameter, api: OpenApi): ApiParameter {
  const name = parameter.$ref?.split('/').at(-1)
  return name === undefined ? parameter : (api.components.parameters[name] ?? parameter)
}

function requestOf({ operation, api }: Shown): Html {
  const content = Object.entries(operation.requestBody?.content ?? {})
  return content.length === 0
    ? html``
    : html`<h2>Body</h2>
        ${content.map((it) => mediaOf(it, api))}`
}

function mediaOf([type, { schema, example }]: [string, MediaType], api: OpenApi): Html {
  return html`<h3><code>${type}</code></h3>
    ${schema === undefined ? html`` : fieldsOf(schema, api.components.schemas)}
    ${example === undefined ? html`` : block(written(example))}`
}

function answersOf({ operation, api }: Shown): Html {
  const taken = Object.entries(operation.responses).filter(([, { $ref }]) => $ref === undefined)
  const sections = taken.map(
    ([status, { description = '', content = {} }]) =>
      html`<h2>${status === 'default' ? 'Any other answer' : status}</h2>
        <p>${line(description)}</p>
        ${Object.entries(content).map((it) => mediaOf(it, api))}`,
  )
  return html`${sections}`
}

function refusalsOf({ operation }: Shown): Html {
  const codes = Object.values(operation.responses).flatMap(({ $ref = '' }) =>
    ($ref.split('/').at(-1) ?? '').split('.').filter((it): it is ProblemCode => Object.hasOwn(problems, it)),
  )
  const rows = codes.map((code) => {
    const [status, title, remedy] = problems[code]
    return html`<tr>
      <td>${String(status)}</td>
      <td><code>${code}</code></td>
      <td>${title}. <span class="soft">${line(remedy)}</span></td>
    </tr>`
  })
  return html`<h2>How it refuses</h2>
    <table>
      <thead>
        <tr>
          <th>Status</th>
          <th>Code</th>
          <th>What it means, and what to do</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`
}

/** The example as a line for a shell; the credential stays in a variable. */
function commandOf({ method, path, operation, api }: Shown): string {
  const parameters = (operation.parameters ?? []).map((it) => resolveParameter(it, api))
  const filled = parameters.reduce(
    (text, { name, in: place, example }) =>
      place === 'path' ? text.replace(`{${name}}`, String(example ?? name)) : text,
    path,
  )
  const required = parameters.filter(({ in: place, required }) => place === 'query' && required === true)
  const query = new URLSearchParams(
    required.map(({ name = '', example }): [string, string] => [name, String(example)]),
  ).toString()
  const [[type, { example }] = ['', {}]] = Object.entries(operation.requestBody?.content ?? {})
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$AFTERAI_URL${filled}${query === '' ? '' : `?${query}`}"`,
    ...(operation.security?.length === 0 ? [] : ['-H "Authorization: Bearer $AFTERAI_TOKEN"']),
    ...(type === '' ? [] : [`-H 'Content-Type: ${type}'`]),
    ...(example === undefined
      ? []
      : [`--data-binary ${quoted(typeof example === 'string' ? example : JSON.stringify(example))}`]),
  ]
  return lines.join(' \\\n  ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function written(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2)
}
