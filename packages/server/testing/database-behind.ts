import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'

/** How to reach a database as its superuser, past the server. */
export interface DatabaseAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** The database behind a server that runs on the embedded PostgreSQL in `dataDir`. */
export async function embeddedDatabase(dataDir: string): Promise<DatabaseAddress> {
  const address = {
    host: join(dataDir, 'socket'),
    port: 5432,
    user: 'postgres',
    password: readFileSync(join(dataDir, 'postgres-password'), 'utf8'),
    database: 'postgres',
  }
  // The server's own database, if it made one; else the one that every cluster has.
  const [named] = await queryBehind<{ datname: string }>(
    address,
    `select datname from pg_database where not datistemplate order by datname = 'postgres' limit 1`,
  )
  return { ...address, database: named?.datname ?? 'postgres' }
}

/** Runs one query over a connection of its own. */
export async function queryBehind<T extends object>(address: DatabaseAddress, text: string): Promise<T[]> {
  const client = new Client({ ...address })
  await client.connect()
  try {
    return (await client.query<T>(text)).rows
  } finally {
    await client.end()
  }
}
