import { generateKeyPairSync } from 'node:crypto'
import {
  appendLeaf,
  canonicalBytes,
  createNoteSigner,
  createNoteVerifier,
  emptyFrontier,
  encodeBundle,
  encodeEntry,
  encodePem,
  encodeStatement,
  entryFromEnvelope,
  formatTlogProof,
  frontierAt,
  hashLeaf,
  openSection,
  proveConsistency,
  proveInclusion,
  publicKeyOf,
  rootOf,
  sealSection,
  signCheckpoint,
  signEnvelope,
  signWith,
  statementPayloadType,
} from '../src/index.ts'
import type {
  Bundle,
  ConsistencyProof,
  Disclosure,
  HashReader,
  JsonValue,
  KeyAlgorithm,
  NoteSigner,
  PrivateKey,
  PublicKey,
  SealedSection,
  SectionName,
  Signer,
  Statement,
} from '../src/index.ts'

/** A key pair and the signer over it. */
export interface ExampleKey {
  readonly privateKey: PrivateKey
  readonly publicKey: PublicKey
  readonly signer: Signer
  readonly pem: string
}

/** A log in memory with one example record in it, and all that is needed to export the record. */
export interface ExampleLog {
  readonly recordKey: ExampleKey
  readonly logKey: ExampleKey
  readonly vkey: string
  readonly hashAt: HashReader
  readonly bundle: Bundle
  readonly bytes: Uint8Array
  checkpointAt(size: bigint): string
}

/** Choices of an example; sizes are numbers of entries. */
export interface ExampleOptions {
  readonly size?: number
  readonly index?: number
  /** Size of the earlier checkpoint that the bundle proves to continue; null for no such proof. */
  readonly earlierSize?: number | null
  readonly algorithm?: KeyAlgorithm
  /** Content of the record, if not the example's. */
  readonly sections?: typeof exampleSections
  readonly disclose?: (sections: readonly SealedSection[]) => readonly Disclosure[]
  readonly cosigners?: readonly NoteSigner[]
}

/** Name of the example log. */
export const exampleOrigin = 'records.example.com/log/tenant-1'

/** Content of the example record's sections. */
export const exampleSections: readonly { readonly name: SectionName; readonly value: JsonValue }[] = [
  { name: 'before', value: { model: 'assistant-2', temperature: 0.2 } },
  { name: 'after', value: { model: 'assistant-3', temperature: 0.2 } },
  { name: 'rationale', value: { text: 'Accuracy rises by 4 points at the same cost. Ñandú ✓' } },
]

/** A fresh key pair. */
export function createExampleKey(algorithm: KeyAlgorithm = 'ed25519'): ExampleKey {
  const { privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = publicKeyOf(privateKey)
  const signer = { keyid: publicKey.keyid, sign: (bytes: Uint8Array) => signWith(privateKey, bytes) }
  return { privateKey, publicKey, signer, pem: encodePem(publicKey.spki) }
}

/** The statement of the example record. */
export function exampleStatement(sections: readonly SealedSection[]): Extract<Statement, { kind: 'pacr' }> {
  return {
    kind: 'pacr',
    facts: {
      recordId: '0199a3b0-0000-7000-8000-000000000001',
      tenantId: '0199a3b0-0000-7000-8000-0000000000aa',
      aceId: '0199a3b0-0000-7000-8000-0000000000ac',
      auraId: null,
      decision: 'act',
      decisionDetail: 'approve',
      riskLevel: 'medium',
      actors: [{ id: '0199a3b0-0000-7000-8000-0000000000ff', role: 'approver' }],
      decidedAt: '2026-11-20T10:00:00.000Z',
      sealedAt: '2026-11-20T10:00:01.000Z',
      policyDigest: 'ab'.repeat(32),
      supersedes: null,
      producer: { id: 'api-1', sequence: 7 },
    },
    sections: sections.map(({ name, commitment, ciphertextSha256 }) => ({ name, commitment, ciphertextSha256 })),
  }
}

/** Shows the example's sections in full, but for the last one, which stays withheld. */
export function discloseAllButLast(sections: readonly SealedSection[]): readonly Disclosure[] {
  return sections.slice(0, -1).map((section) => ({
    section: section.name,
    salt: section.salt,
    bytes: openSection(section),
  }))
}

/** A log of `size` entries with the example record at `index`, exported as a bundle. */
export function createExampleLog(options: ExampleOptions = {}): ExampleLog {
  const { size = 11, index = 4, earlierSize = 5, algorithm = 'ed25519', disclose = discloseAllButLast } = options
  const recordKey = createExampleKey(algorithm)
  const logKey = createExampleKey()
  const sections = (options.sections ?? exampleSections).map(({ name, value }) => sealSection(name, value))
  const payload = encodeStatement(exampleStatement(sections))
  const dsseEnvelope = signEnvelope(statementPayloadType, payload, [recordKey.signer])
  const entry = encodeEntry(entryFromEnvelope('pacr', dsseEnvelope))
  const entries = Array.from({ length: size }, (_, at) => (at === index ? entry : canonicalBytes({ entry: at })))
  const hashAt = storeHashes(entries)
  const { vkey } = createNoteVerifier(exampleOrigin, logKey.publicKey)
  const bundle: Bundle = {
    entry,
    dsseEnvelope,
    tlogProof: formatTlogProof({
      index: BigInt(index),
      hashes: proveInclusion(BigInt(index), BigInt(size), hashAt),
      checkpoint: checkpointAt(BigInt(size)),
    }),
    disclosures: disclose(sections),
    consistencyProof: earlierSize === null ? null : consistencyFrom(BigInt(earlierSize)),
    keyHints: { recordKey: recordKey.publicKey.spki, logVkey: vkey },
  }
  return { recordKey, logKey, vkey, hashAt, bundle, bytes: encodeBundle(bundle), checkpointAt }

  function consistencyFrom(earlier: bigint): ConsistencyProof {
    return { earlierCheckpoint: checkpointAt(earlier), hashes: proveConsistency(earlier, BigInt(size), hashAt) }
  }

  function checkpointAt(at: bigint): string {
    const signer = createNoteSigner(exampleOrigin, logKey.privateKey, logKey.publicKey)
    const root = rootOf(frontierAt(at, hashAt))
    return signCheckpoint({ origin: exampleOrigin, size: at, root }, [signer, ...(options.cosigners ?? [])])
  }
}

/** Reads back every hash of the tree over the entries. */
export function storeHashes(entries: readonly Uint8Array[]): HashReader {
  const stored = new Map<string, Uint8Array>()
  let frontier = emptyFrontier
  for (const entry of entries) {
    frontier = appendLeaf(frontier, hashLeaf(entry), ({ level, index }, hash) => {
      stored.set(`${level}/${index}`, hash)
    })
  }
  return (level, index) => {
    const hash = stored.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`the tree has no node ${level}/${index}`)
    return hash
  }
}
