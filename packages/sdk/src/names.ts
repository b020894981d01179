/** Names as the contract has them. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/

/** Whether this is a name; however long it is, no more of it than a name is looked at. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 128 && namePattern.test(value)
}

/** Whether this is a version as the contract has them. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:@/+~!-]{0,127}$/.test(value)
}

/** Whether this is the name of a package as the contract has them. */
export function isPackageName(value: unknown): value is string {
  return typeof value === 'string' && /^@?[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,126}$/.test(value)
}

/** Whether this is the keyed digest of a text. */
export function isKeyedDigest(value: unknown): value is string {
  return typeof value === 'string' && /^hmac-sha256:[0-9a-f]{16}:[0-9a-f]{64}$/.test(value)
}

/** The names of models as the contract has them. */
const modelNamePattern = /^(?=[^A-Za-z0-9]{0,8}[A-Za-z0-9])[\w.:@/~\\+#()[\]-]{1,256}$/

/** Whether this is the name of a model. */
export function isModelName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 256 && modelNamePattern.test(value)
}

/** @throws {InvalidField} if it isn't a name */
export function nameOf(value: unknown, field: string): string {
  if (!isName(value)) throw new InvalidField(field)
  return value
}

/** A field that isn't what the types say. It tells which one, never what was in it. */
export class InvalidField extends Error {
  readonly field: string
  constructor(field: string) {
    super()
    this.field = field
  }
}
