import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { type AdminConnection, startEmbeddedPostgres } from '@afterai/embedded-postgres'
import type { Login } from '../../server/src/platform/migrations.ts'
import { migrate } from '../../server/src/platform/migrations.ts'

/** The run's cluster as its test files see it: how to reach it, or why it isn't there. */
export type TestCluster =
  | { readonly ok: true; readonly admin: AdminConnection; readonly login: Login }
  | { readonly ok: false; readonly reason: string }

declare module 'vitest' {
  interface ProvidedContext {
    testCluster: TestCluster
  }
}

/** The database that every test database is cloned from. */
export const templateDatabase = 'afterai_template'

/**
 * Vitest's global setup: one embedded cluster per run, with a template database brought to the newest schema.
 * Where it can't start, the tests that need no database still run; the others fail with the reason.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = makeReachableDirectory('afterai-tests-')
  try {
    const cluster = await startEmbeddedPostgres({ dataDir, log: () => undefined })
    try {
      const login = { name: 'afterai_server', password: randomBytes(24).toString('base64url') }
      await createTemplate(cluster.admin, login)
      project.provide('testCluster', { ok: true, admin: cluster.admin, login })
    } catch (error) {
      project.provide('testCluster', { ok: false, reason: reasonOf(error) })
    }
    return async () => {
      await cluster.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  } catch (error) {
    project.provide('testCluster', { ok: false, reason: reasonOf(error) })
    return async () => rmSync(dataDir, { recursive: true, force: true })
  }
}

/** A new temporary directory that PostgreSQL's account may pass through when the tests run as root. */
export function makeReachableDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(directory, 0o711)
  return directory
}

async function createTemplate(admin: AdminConnection, login: Login): Promise<void> {
  const client = new Client(admin)
  await client.connect()
  try {
    await client.query(`create database ${templateDatabase}`)
  } finally {
    await client.end()
  }
  await migrate({ ...admin, database: templateDatabase }, login)
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error)
}
