import { openapiReference } from './openapi-reference.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly nullable?: boolean
  readonly description?: string
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: Schema }[]
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

interface Description {
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** `packages/sdk/src/api/routes.ts`: every route of the API with the types of what goes in and what comes out. */
export async function sdkApiRoutes(): Promise<string> {
  const description = JSON.parse(await openapiReference()) as Description
  const schemas = Object.entries(description.components?.schemas ?? {})
  const routes = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => routeType(method, path, operation)),
  )
  return [
    '// Made of docs/reference/openapi.json by `npm run generate`.',
    ...usedTypes(schemas, routes.join('\n')),
    '/** Every route: what it takes, and what it answers. */',
    'export interface Routes {',
    ...routes,
    '}\n',
  ].join('\n')
}

/** The named schemas that routes refer to, directly or through one another. */
function usedTypes(schemas: readonly (readonly [string, Schema])[], text: string): string[] {
  const types = schemas.map(([name, schema]) => ({ name, type: `export type ${name} = ${typeOf(schema, '')}\n` }))
  const all = text + types.map(({ type }) => type.slice(type.indexOf('='))).join('')
  return types.flatMap(({ name, type }) => (new RegExp(`\\b${name}\\b`).test(all) ? [type] : []))
}

function routeType(method: string, path: string, operation: Operation): string {
  const parameters = operation.parameters ?? []
  const parts = (['path', 'query'] as const).flatMap((place) => {
    const named = parameters.filter((parameter) => parameter.in === place)
    if (named.length === 0) return []
    const fields = named.map(({ name, schema, required }) => {
      const isRequired = place === 'path' || required === true
      return `${keyOf(name)}${isRequired ? '' : '?'}: ${typeOf(schema ?? {}, '      ')}`
    })
    const mayBeLeftOut = place === 'query' && named.every(({ required }) => required !== true)
    return [`    ${place}${mayBeLeftOut ? '?' : ''}: { ${fields.join('; ')} }`]
  })
  const body = bodyType(method, operation)
  return [
    `  '${method.toUpperCase()} ${path}': {`,
    ...parts,
    ...(body === undefined ? [] : [`    body: ${body}`]),
    `    answer: ${answerType(operation)}`,
    '  }',
  ].join('\n')
}

function bodyType(method: string, { requestBody }: Operation): string | undefined {
  const schema = requestBody?.content?.['application/json']?.schema
  if (schema !== undefined) return typeOf(schema, '    ')
  // A route that takes something else than JSON, such as a file.
  return requestBody !== undefined || method === 'post' || method === 'put' ? 'string | Uint8Array' : undefined
}

function answerType({ responses = {} }: Operation): string {
  const [status, response] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? ['204', {}]
  if (status === '204') return 'undefined'
  const content = Object.entries(response.content ?? {})
  const json = content.find(([type]) => type.includes('json'))?.[1].schema
  if (json !== undefined) return typeOf(json, '    ')
  return content.length === 0 ? 'unknown' : 'string'
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return unionOf(choices.map((choice) => typeOf(choice, indent)))
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${typeOf(part, indent)})`).join(' & ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const union = unionOf(types.map((type) => typeOfKind(type, schema, indent)))
  return schema.nullable === true ? `${union} | null` : union
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
