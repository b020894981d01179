import type { Client } from 'pg'

/** Every form in which a secret could lie in a cell: as it is, as bytes, and their usual encodings. */
export function formsOf(secret: string): Buffer[] {
  const bytes = Buffer.from(secret)
  const decoded = Buffer.from(secret, 'base64')
  return [
    bytes,
    Buffer.from(bytes.toString('base64').replace(/=+$/, '')),
    Buffer.from(bytes.toString('base64url')),
    Buffer.from(bytes.toString('hex')),
    // What is itself Base64, as a key is, could lie there decoded.
    ...(decoded.toString('base64') === secret ? [decoded, Buffer.from(decoded.toString('hex'))] : []),
  ]
}

/** Looks for secrets in every cell of every table, past row level security. */
export async function sweep(
  owner: Client,
  secrets: ReadonlyMap<string, string>,
): Promise<{ found: string[]; cells: number }> {
  const tables = await owner.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  )
  const needles = [...secrets].map(([name, secret]) => ({ name, forms: formsOf(secret) }))
  const found = new Set<string>()
  let cells = 0
  for (const { name: table } of tables.rows) {
    const { rows } = await owner.query<unknown[]>({ text: `select * from ${table}`, rowMode: 'array' })
    for (const value of rows.flat()) {
      if (value === null) continue
      cells += 1
      const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(textOf(value))
      for (const { name, forms } of needles) {
        if (forms.some((form) => bytes.includes(form))) found.add(`${name} in ${table}`)
      }
    }
  }
  return { found: [...found], cells }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
