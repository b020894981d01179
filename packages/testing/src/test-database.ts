import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import type { AdminConnection } from '@afterai/embedded-postgres'
import { templateDatabase } from './test-cluster.ts'

/** A database of its own for one test file, at the newest schema. */
export interface TestDatabase {
  readonly name: string
  /** As the superuser, past row level security: for arranging and for looking behind the curtain. */
  readonly owner: AdminConnection
  /** As the login role that the server runs as. */
  readonly login: AdminConnection
  /** Removes the database and closes whatever is still connected to it. */
  drop(): Promise<void>
}

/** Clones the run's template: about 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = inject('testCluster')
  if (!cluster.ok) throw new Error(`The tests' PostgreSQL isn't running: ${cluster.reason}`)
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await command(cluster.admin, `create database ${name} template ${templateDatabase}`)
  return {
    name,
    owner: { ...cluster.admin, database: name },
    login: { ...cluster.admin, user: cluster.login.name, password: cluster.login.password, database: name },
    drop: () => command(cluster.admin, `drop database if exists ${name} with (force)`),
  }
}

async function command(admin: AdminConnection, statement: string): Promise<void> {
  const client = new Client(admin)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
