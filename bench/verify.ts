import { importPublicKey, createTrust, verifyBundle, verifySignature } from '@afterai/record'
import { createExampleKey, createExampleLog } from '../packages/record/testing/example-record.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const turnMs = ofLength(300, 20)
const rounds = ofLength(7, 1)

/** Offline verification of exported records on one core, beside bare Ed25519 verifications in the same run. */
export async function run(): Promise<Row[]> {
  const key = createExampleKey()
  const message = new Uint8Array(2048)
  const signature = key.signer.sign(message)
  const publicKey = importPublicKey(key.publicKey.spki)
  const bare = (): boolean => verifySignature(publicKey, message, signature)
  return [
    measure('verify a record offline', 2, null, bare),
    measure('verify a record that continues a checkpoint', 3, 1999, bare),
  ]
}

// A bundle's signatures are the record's, the checkpoint's and, with a consistency proof, the earlier checkpoint's.
// Both take turns, so that what else the machine does meets both alike; the first turn of each warms up and doesn't count.
function measure(name: string, signatures: number, earlierSize: number | null, bare: () => boolean): Row {
  const { bytes, recordKey, vkey } = createExampleLog({ size: 2000, index: 1234, earlierSize })
  const trust = createTrust({ recordKeys: [recordKey.pem], logVkeys: [vkey] })
  const verify = (): boolean => verifyBundle(bytes, trust).verdict === 'valid'
  ratePerSecond(bare)
  ratePerSecond(verify)
  const turns = Array.from({ length: rounds }, () => {
    const limit = ratePerSecond(bare) / signatures
    const value = ratePerSecond(verify)
    return { limit, value, ratio: value / limit }
  })
  const value = median(turns.map((it) => it.value))
  const ratio = median(turns.map((it) => it.ratio))
  return {
    name,
    value,
    unit: 'bundles/s',
    limitName: `bare Ed25519 verifications/s, ${signatures} for each bundle`,
    limit: median(turns.map(({ limit }) => limit)),
    ratio,
    goal: '>= 5000 bundles/s per core, or >= 50%',
    isMissed: value < 5000 && ratio < 0.5,
  }
}

function ratePerSecond(operation: () => boolean): number {
  const start = performance.now()
  let count = 0
  while (performance.now() - start < turnMs) {
    if (!operation()) throw new Error('the benchmark verifies nothing')
    count++
  }
  return (count * 1000) / (performance.now() - start)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
