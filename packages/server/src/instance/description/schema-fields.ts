import { html, type Html } from '../../platform/html-page.ts'
import type { JsonSchema } from './open-api.ts'
import { line } from './pages-look.ts'

type Schemas = Readonly<Record<string, JsonSchema>>

/** The fields of a schema as a list; what lies deeper is folded in where it is large. */
export function fieldsOf(schema: JsonSchema, schemas: Schemas): Html {
  const plain = resolved(schema, schemas)
  const properties = Object.entries(plain.properties ?? {})
  const variants = choicesOf(plain, schemas).filter(({ properties }) => properties !== undefined)
  if (properties.length > 0) {
    const items = properties.map(([name, field]) =>
      fieldOf(name, field, { schemas, must: plain.required?.includes(name) === true, alone: properties.length === 1 }),
    )
    return html`<ul class="fields">
      ${items}
    </ul>`
  }
  const [only, ...others] = variants
  if (only !== undefined && others.length === 0) return fieldsOf(only, schemas)
  if (variants.length > 0) {
    const names = namesOf(variants, schemas)
    return html`${variants.map(
      (variant, index) =>
        html`<details>
          <summary>${names[index] ?? ''}</summary>
          ${fieldsOf(variant, schemas)}
        </details>`,
    )}`
  }
  if (plain.items !== undefined) return fieldsOf(plain.items, schemas)
  return html``
}

interface FieldOptions {
  readonly schemas: Schemas
  readonly must: boolean
  /** It has no siblings, so what it holds is what is looked for. */
  readonly alone: boolean
}

function fieldOf(name: string, field: JsonSchema, { schemas, must, alone }: FieldOptions): Html {
  const plain = resolved(field, schemas)
  const said = [field.description ?? plain.description, limitsOf(plain)].filter((it) => it !== undefined && it !== '')
  const deeper = fieldsOf(plain, schemas)
  const inside =
    deeper.markup === ''
      ? html``
      : html`<details${alone ? html` open` : html``}>
          <summary>its fields</summary>
          ${deeper}
        </details>`
  return html`<li>
    <code>${name}</code>
    <span class="soft">${typeName(field, schemas)}</span>${must ? html` <span class="must">required</span>` : html``}
    ${said.map((text) => html`<p class="soft">${line(text ?? '')}</p>`)} ${inside}
  </li>`
}

/** Names the type of a schema's values, in a word or two. */
export function typeName(schema: JsonSchema, schemas: Schemas): string {
  const plain = resolved(schema, schemas)
  if (plain.const !== undefined) return JSON.stringify(plain.const)
  if (plain.enum !== undefined) return plain.enum.map((it) => String(it)).join(' | ')
  const choices = plain.anyOf ?? plain.oneOf
  if (choices !== undefined) return [...new Set(choices.map((it) => typeName(it, schemas)))].join(' or ')
  if (plain.items !== undefined) return `list of ${typeName(plain.items, schemas)}`
  const kinds = typeof plain.type === 'string' ? [plain.type] : (plain.type ?? [])
  return kinds.length === 0 ? 'anything' : [...kinds].map((kind) => kindName(kind, plain)).join(' or ')
}

function kindName(kind: string, { format }: JsonSchema): string {
  if (kind === 'string') return format === undefined ? 'text' : format
  return kind === 'integer' ? 'whole number' : kind
}

function limitsOf({ minimum, maximum, maxLength, default: usual }: JsonSchema): string {
  const huge = Number.MAX_SAFE_INTEGER
  const bounds = [
    minimum === undefined || Math.abs(minimum) >= huge ? '' : `${minimum} at least`,
    maximum === undefined || Math.abs(maximum) >= huge ? '' : `${maximum} at most`,
    maxLength === undefined ? '' : `${maxLength} characters at most`,
    usual === undefined ? '' : `\`${JSON.stringify(usual)}\` if left out`,
  ]
  return bounds.filter((it) => it !== '').join(', ')
}

function choicesOf(schema: JsonSchema, schemas: Schemas): JsonSchema[] {
  return (schema.anyOf ?? schema.oneOf ?? []).map((it) => resolved(it, schemas))
}

/** Names variants apart from one another: by a field of one fixed value, by all of these, by their first fields, else by their number. */
function namesOf(variants: readonly JsonSchema[], schemas: Schemas): string[] {
  const fixed = variants.map(({ properties = {} }) => fixedIn(properties, schemas))
  const first = variants.map(({ properties = {} }) => Object.keys(properties).slice(0, 3).join(', '))
  const ways = [
    fixed.map((values, index) => values[0] ?? first[index] ?? ''),
    fixed.map((values, index) => values.join(', ') || (first[index] ?? '')),
    first,
  ]
  const apart = ways.find((names) => new Set(names).size === names.length)
  return apart ?? first.map((name, index) => `${index + 1}: ${name}`)
}

function fixedIn(properties: NonNullable<JsonSchema['properties']>, schemas: Schemas): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const { const: only, enum: values = [] } = resolved(field, schemas)
    const value = only ?? (values.length === 1 ? values[0] : undefined)
    return value === undefined ? [] : [`${name} ${JSON.stringify(value)}`]
  })
}

function resolved(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (schemas[name] ?? {})
}
