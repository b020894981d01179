/** The parts of an OpenAPI 3.1 document that the description is made of. */
export interface OpenApi {
  readonly openapi: string
  readonly info: Readonly<Record<string, unknown>>
  readonly servers: readonly { readonly url: string; readonly description: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>
  readonly components: Components
}

/** Components, which operations refer to by name. */
export interface Components {
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly responses: Readonly<Record<string, ApiResponse>>
  readonly headers: Readonly<Record<string, ApiHeader>>
  readonly parameters: Readonly<Record<string, ApiParameter>>
  readonly securitySchemes: Readonly<Record<string, unknown>>
}

/** A JSON Schema, or a reference to one. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly description?: string
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

/** A body by one media type. */
export interface MediaType {
  readonly schema?: JsonSchema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value: unknown }>>
}

/** A header of an answer, or a reference to one. */
export interface ApiHeader {
  readonly $ref?: string
  readonly description?: string
  readonly schema?: JsonSchema
  readonly example?: unknown
}

/** A parameter, or a reference to one. */
export interface ApiParameter {
  readonly $ref?: string
  readonly name?: string
  readonly in?: string
  readonly required?: boolean
  readonly allowReserved?: boolean
  readonly description?: string
  readonly schema?: JsonSchema
  readonly example?: string | number | boolean
}

/** An answer by one status, or a reference to one. */
export interface ApiResponse {
  readonly $ref?: string
  readonly description?: string
  readonly headers?: Readonly<Record<string, ApiHeader>>
  readonly content?: Readonly<Record<string, MediaType>>
}

/** One route. */
export interface ApiOperation {
  readonly operationId?: string
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly ApiParameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, MediaType>> }
  readonly responses: Readonly<Record<string, ApiResponse>>
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly 'x-permission'?: string
  readonly 'x-step-up'?: boolean
  readonly 'x-across-tenants'?: boolean
  readonly 'x-rate-class'?: string
}
