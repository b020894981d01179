import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from './ids.ts'
import { openDatabase, type OpenDatabase, withTenant } from './database.ts'

const stranger = `stranger_${newId().replaceAll('-', '')}`

let database: TestDatabase
let owner: Client
let opened: OpenDatabase
let asStranger: OpenDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  owner = new Client(database.owner)
  await owner.connect()
  await owner.query(`create role ${stranger} login password 'not-a-secret'`)
  await owner.query('create table anyone (note text)')
  await owner.query('grant all on anyone to public')
  const options = { poolSize: 1, onError: () => undefined }
  opened = openDatabase(database.login, options)
  asStranger = openDatabase({ ...database.login, user: stranger, password: 'not-a-secret' }, options)
})
afterAll(async () => {
  await Promise.all([opened.close(), asStranger.close()])
  await owner.query(`drop role ${stranger}`)
  await owner.end()
  await database.drop()
})

describe('a login that may not take on the role', () => {
  it('P4.1: runs no statement of the transaction, not even one that everybody may run', async () => {
    const write = withTenant(asStranger.db, newId(), (tx) => sql`insert into anyone values ('written')`.execute(tx))
    // Told is why it wasn't let in, not that its statement was in a transaction which had failed.
    await expect(write).rejects.toMatchObject({ code: '42501' })
    const { rowCount } = await owner.query('select from anyone')
    expect(rowCount).toBe(0)
  })

  it('P4.1: commits nothing, even if nothing failed since', async () => {
    await expect(withTenant(asStranger.db, newId(), async () => 'done')).rejects.toMatchObject({ code: '42501' })
  })
})

it('P4.1: a connection shows each transaction its own tenant, also after one that failed', async () => {
  const seen = (tenantId: string): Promise<unknown> =>
    withTenant(opened.db, tenantId, async (tx) => {
      const { rows } = await sql<{ tenant: string }>`select current_tenant()::text as tenant`.execute(tx)
      return rows[0]?.tenant
    })
  const tenants = Array.from({ length: 4 }, newId)
  const failed = withTenant(opened.db, newId(), (tx) => sql`select 1 / 0`.execute(tx))
  const [answers] = await Promise.all([
    Promise.all(tenants.map(seen)),
    expect(failed).rejects.toThrow('division by zero'),
  ])
  expect(answers).toEqual(tenants)
})

it('no transaction is opened without a role', async () => {
  await expect(opened.db.transaction().execute(async () => 'done')).rejects.toThrow('withTenant or withRole')
})
