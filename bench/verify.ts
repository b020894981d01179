import { importPublicKey, createTrust, verifyBundle, verifySignature } from '@afterai/record'
import { createExampleKey, createExampleLog } from '../packages/record/testing/example-record.ts'
import type { Row } from './row.ts'

const sampleMs = 1500

/** Offline verification of exported records on one core, beside bare Ed25519 verifications in the same run. */
export async function run(): Promise<Row[]> {
  const key = createExampleKey()
  const message = new Uint8Array(2048)
  const signature = key.signer.sign(message)
  const publicKey = importPublicKey(key.publicKey.spki)
  const bare = ratePerSecond(() => verifySignature(publicKey, message, signature))
  return [
    measure('verify a record offline', 2, null, bare),
    measure('verify a record that continues a checkpoint', 3, 1999, bare),
  ]
}

// A bundle's signatures are the record's, the checkpoint's and, with a consistency proof, the earlier checkpoint's.
function measure(name: string, signatures: number, earlierSize: number | null, bare: number): Row {
  const { bytes, recordKey, vkey } = createExampleLog({ size: 2000, index: 1234, earlierSize })
  const trust = createTrust({ recordKeys: [recordKey.pem], logVkeys: [vkey] })
  const value = ratePerSecond(() => verifyBundle(bytes, trust).verdict === 'valid')
  const limit = bare / signatures
  return {
    name,
    value,
    unit: 'bundles/s',
    limitName: `bare Ed25519 verifications/s, ${signatures} for each bundle`,
    limit,
    ratio: value / limit,
    goal: '>= 5000 bundles/s per core, or >= 50%',
  }
}

function ratePerSecond(operation: () => boolean): number {
  for (let warmUp = 0; warmUp < 500; warmUp++) if (!operation()) throw new Error('the benchmark verifies nothing')
  const start = performance.now()
  let count = 0
  while (performance.now() - start < sampleMs) {
    if (!operation()) throw new Error('the benchmark verifies nothing')
    count++
  }
  return (count * 1000) / (performance.now() - start)
}
