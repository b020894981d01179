/** A process that does nothing but sequence, for the tests that kill it. Told on standard input what to connect to. */
import { createNoteSigner, publicKeyOf } from '@afterai/record'
import { createPrivateKey } from 'node:crypto'
import { text } from 'node:stream/consumers'
import pino from 'pino'
import { z } from 'zod'
import { openDatabase } from '../src/platform/database.ts'
import { startSequencer } from '../src/ledger/sequencer.ts'

const connection = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  password: z.string(),
  database: z.string(),
})
const input = z.object({ connection, origin: z.string(), key: z.string() })

const given = input.parse(JSON.parse(await text(process.stdin)))
const privateKey = createPrivateKey(given.key)
const signer = createNoteSigner(given.origin, privateKey, publicKeyOf(privateKey))
const { db } = openDatabase(given.connection, { poolSize: 2, onError: () => undefined })
const sequencer = startSequencer({ db, signerOf: () => signer, log: pino({ level: 'silent' }) })
setInterval(() => sequencer.hurry(), 1)
