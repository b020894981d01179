import type { JsonSchema as Schema } from '../packages/server/src/instance/description/open-api.ts'
import { openapiReference } from './openapi-reference.ts'

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly parameters?: readonly {
    $ref?: string
    name?: string
    in?: string
    required?: boolean
    allowReserved?: boolean
    schema?: Schema
  }[]
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

interface Description {
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** `packages/client/src/operations.ts`: every operation with the types of what goes in and what comes out, and how it is asked. */
export async function clientOperations(): Promise<string> {
  const description = JSON.parse(await openapiReference()) as Description
  const schemas = Object.entries(description.components?.schemas ?? {})
  const found = Object.entries(description.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    // What sends browsers elsewhere is no call of a program.
    .filter(({ operation }) => operation.responses?.['303'] === undefined)
  const types = found.map(({ operation }) => operationType(operation))
  return [
    '// Made of docs/reference/openapi.json by `npm run generate`.',
    ...usedTypes(schemas, types.join('\n')),
    '/** Every operation: what it takes, and what it answers. */',
    'export interface Operations {',
    ...types,
    '}\n',
    '/** How an operation is asked: its method, its path, how its answer is read, and whether it takes an Idempotency-Key. */',
    "export type OperationRoute = readonly [method: string, path: string, answer: 'json' | 'text' | 'bytes', keyed?: true]\n",
    '/** How each operation is asked. */',
    'export const operationRoutes: { readonly [Id in keyof Operations]: OperationRoute } = {',
    ...found.map(({ method, path, operation }) => routeOf(method, path, operation)),
    '}\n',
  ].join('\n')
}

/** The named schemas that operations refer to, directly or through one another. */
function usedTypes(schemas: readonly (readonly [string, Schema])[], text: string): string[] {
  const types = schemas.map(([name, schema]) => ({ name, type: `export type ${name} = ${typeOf(schema, '')}\n` }))
  const all = text + types.map(({ type }) => type.slice(type.indexOf('='))).join('')
  return types.flatMap(({ name, type }) => (new RegExp(`\\b${name}\\b`).test(all) ? [type] : []))
}

function routeOf(method: string, path: string, operation: Operation): string {
  const reserved = operation.parameters?.find(({ allowReserved }) => allowReserved === true)?.name
  const template = reserved === undefined ? path : path.replace(`{${reserved}}`, `{+${reserved}}`)
  const keyed = isKeyed(operation) ? ', true' : ''
  return `  ${operation.operationId}: ['${method}', '${template}', '${answerOf(operation).read}'${keyed}],`
}

function isKeyed({ parameters = [] }: Operation): boolean {
  return parameters.some(({ $ref }) => $ref?.endsWith('/IdempotencyKey') === true)
}

function operationType(operation: Operation): string {
  const parameters = operation.parameters ?? []
  const parts = (['path', 'query'] as const).flatMap((place) => {
    const named = parameters.filter((parameter) => parameter.in === place)
    if (named.length === 0) return []
    const fields = named.map(({ name = '', schema, required }) => {
      const isRequired = place === 'path' || required === true
      return `${keyOf(name)}${isRequired ? '' : '?'}: ${typeOf(schema ?? {}, '      ')}`
    })
    const mayBeLeftOut = place === 'query' && named.every(({ required }) => required !== true)
    return [`    ${place}${mayBeLeftOut ? '?' : ''}: { ${fields.join('; ')} }`]
  })
  const body = bodyType(operation)
  return [
    `  /** ${operation.summary}. */`,
    `  ${operation.operationId}: {`,
    ...parts,
    ...(body === undefined ? [] : [`    ${body}`]),
    `    answer: ${answerOf(operation).type}`,
    '  }',
  ].join('\n')
}

/** Where everything of a body may be left out, so may the body. */
function bodyType({ requestBody }: Operation): string | undefined {
  if (requestBody === undefined) return undefined
  const types = Object.entries(requestBody.content ?? {})
  const [[, json] = []] = types.length === 1 ? types : []
  // What takes something else than JSON, such as a file.
  if (json?.schema === undefined) return 'body: string | Uint8Array | Blob'
  return `${mayBeNothing(json.schema) ? 'body?' : 'body'}: ${typeOf(json.schema, '    ')}`
}

function mayBeNothing(schema: Schema): boolean {
  return (schema.anyOf ?? schema.oneOf ?? []).some(({ type }) => type === 'null')
}

/** The type of an answer, and how its bytes are read. */
function answerOf({ responses = {} }: Operation): { type: string; read: 'json' | 'text' | 'bytes' } {
  const taken = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const contents = taken.flatMap(([, { content = {} }]) => Object.entries(content))
  const json = contents.flatMap(([type, { schema }]) => (type === 'application/json' && schema ? [schema] : []))
  if (json.length > 0) return { type: unionOf(json.map((schema) => typeOf(schema, '    '))), read: 'json' }
  if (contents.length === 0) return { type: 'undefined', read: 'json' }
  // JSON without a schema is signed for as it is.
  const isText = contents.every(([type]) => type.startsWith('text/') || type === 'application/jsonl')
  return isText ? { type: 'string', read: 'text' } : { type: 'Uint8Array', read: 'bytes' }
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return unionOf(choices.map((choice) => typeOf(choice, indent)))
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${typeOf(part, indent)})`).join(' & ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return unionOf(types.map((type) => typeOfKind(type, schema, indent)))
}

function unionOf(types: readonly string[]): string {
  return types.length === 0 ? 'unknown' : [...new Set(types)].join(' | ')
}

function typeOfKind(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'array':
      if (schema.prefixItems !== undefined)
        return `[${schema.prefixItems.map((item) => typeOf(item, indent)).join(', ')}]`
      return `(${typeOf(schema.items ?? {}, indent)})[]`
    default:
      return objectType(schema, indent)
  }
}

function objectType({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown'
    return `{ [name: string]: ${values} }`
  }
  const deeper = `${indent}  `
  const fields = Object.entries(properties).map(([name, property]) => {
    const mark = required.includes(name) ? '' : '?'
    return `${deeper}${keyOf(name)}${mark}: ${typeOf(property, deeper)}`
  })
  return `{\n${fields.join('\n')}\n${indent}}`
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}
