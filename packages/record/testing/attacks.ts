import {
  canonicalBytes,
  createNoteSigner,
  encodeBase64,
  encodeBundle,
  encodeEntry,
  entryFromEnvelope,
  formatTlogProof,
  frontierAt,
  hashLeaf,
  parseCanonical,
  parseTlogProof,
  proveInclusion,
  rootOf,
  signCheckpoint,
  signEnvelope,
  textOf,
  utf8,
} from '../src/index.ts'
import type { Bundle, JsonValue, Verdict } from '../src/index.ts'
import { createExampleKey, exampleOrigin, storeHashes } from './example-record.ts'
import type { ExampleLog } from './example-record.ts'

/** The evidence that reaches the auditor: the file, and the checkpoint that they kept from before, if any. */
export interface Evidence {
  readonly bytes: Uint8Array
  readonly kept?: string
}

/** A way to deceive an auditor, and the verdict it must meet. */
export interface Attack {
  readonly name: string
  readonly verdict: Verdict
  readonly commit: (log: ExampleLog) => Evidence
}

function attack(name: string, verdict: Verdict, commit: (log: ExampleLog) => Evidence): Attack {
  return { name, verdict, commit }
}

function changed(name: string, verdict: Verdict, change: (bundle: Bundle, log: ExampleLog) => Partial<Bundle>): Attack {
  return attack(name, verdict, (log) => ({ bytes: encodeBundle({ ...log.bundle, ...change(log.bundle, log) }) }))
}

type Written = Readonly<Record<'tlogProof', string>> & {
  readonly disclosures: readonly JsonValue[]
  readonly dsseEnvelope: Readonly<Record<'payload' | 'payloadType', string>> & {
    readonly signatures: readonly Readonly<Record<'keyid' | 'sig', string>>[]
  }
}

function rewritten(
  name: string,
  verdict: Verdict,
  change: (fields: Written) => Readonly<Record<string, JsonValue>>,
): Attack {
  return attack(name, verdict, ({ bytes }) => {
    const fields = parseCanonical(bytes) as Written
    return { bytes: canonicalBytes({ ...fields, ...change(fields) }) }
  })
}

// S and S + L are the same number to a verifier that doesn't look. Source of L: RFC 8032 §5.1.
function addGroupOrder(signature: Uint8Array): Uint8Array {
  const s = signature.slice(-32).toReversed()
  const sum = BigInt(`0x${Buffer.from(s).toString('hex')}`) + 2n ** 252n + 27742317777372353535851937790883648493n
  const written = Buffer.from(sum.toString(16).padStart(64, '0'), 'hex').toReversed()
  return Uint8Array.of(...signature.slice(0, -32), ...written)
}

function respelt(name: string, respell: (text: string) => string): Attack {
  return attack(name, 'malformed', ({ bytes }) => ({ bytes: utf8(respell(textOf(bytes))) }))
}

function flipFirst(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
}

function flipBase64(text: string): string {
  return encodeBase64(flipFirst(Buffer.from(text, 'base64')))
}

function withProof(bundle: Bundle, change: (proof: ReturnType<typeof parseTlogProof>) => object): string {
  const proof = parseTlogProof(bundle.tlogProof)
  return formatTlogProof({ ...proof, ...change(proof) })
}

function signedBy(log: ExampleLog, size: bigint, root: Uint8Array): string {
  const signer = createNoteSigner(exampleOrigin, log.logKey.privateKey, log.logKey.publicKey)
  return signCheckpoint({ origin: exampleOrigin, size, root }, [signer])
}

// The log's own key signs another history of 11 entries with the record in it.
function fork(log: ExampleLog): { hashAt: ReturnType<typeof storeHashes>; tlogProof: string } {
  const entries = Array.from({ length: 11 }, (_, at) => (at === 4 ? log.bundle.entry : canonicalBytes({ other: at })))
  const hashAt = storeHashes(entries)
  const checkpoint = signedBy(log, 11n, rootOf(frontierAt(11n, hashAt)))
  return { hashAt, tlogProof: formatTlogProof({ index: 4n, hashes: proveInclusion(4n, 11n, hashAt), checkpoint }) }
}

// Someone else signs the same payload and has it logged nowhere.
function resigned(bundle: Bundle, keyid?: string): Partial<Bundle> {
  const { signer, publicKey } = createExampleKey()
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64')
  const dsseEnvelope = signEnvelope(bundle.dsseEnvelope.payloadType, payload, [
    { keyid: keyid ?? signer.keyid, sign: (bytes) => signer.sign(bytes) },
  ])
  const entry = encodeEntry(entryFromEnvelope('pacr', dsseEnvelope))
  return { dsseEnvelope, entry, keyHints: { ...bundle.keyHints, recordKey: publicKey.spki } }
}

/** Each attack on one exported record, with its named verdict. */
export const attacks: readonly Attack[] = [
  respelt('truncate the bundle', (text) => text.slice(0, -40)),
  respelt('duplicate a JSON key', (text) => text.replace('{', '{"consistencyProof":null,')),
  respelt('add white space', (text) => `${text}\n`),
  respelt('add an unknown field', (text) => text.replace(/}$/, ',"zeta":1}')),
  respelt('remove a field', (text) => text.replace(',"timestamps":[]', '')),
  respelt('name another format', (text) => text.replace('bundle:v1', 'bundle:v2')),
  respelt('write non-canonical Base64', (text) => text.replace('"entry":"', '"entry":" ')),
  respelt('add a timestamp that nobody can check', (text) => text.replace('"timestamps":[]', '"timestamps":["AAAA"]')),
  changed('hint at another record key', 'malformed', ({ keyHints }) => ({
    keyHints: { ...keyHints, recordKey: createExampleKey().publicKey.spki },
  })),
  changed('edit the payload', 'invalid_signature', ({ dsseEnvelope }) => ({
    dsseEnvelope: { ...dsseEnvelope, payload: flipBase64(dsseEnvelope.payload) },
  })),
  changed('edit the payload type', 'invalid_signature', ({ dsseEnvelope }) => ({
    dsseEnvelope: { ...dsseEnvelope, payloadType: 'application/json' },
  })),
  changed('edit the signature', 'invalid_signature', ({ dsseEnvelope }) => ({
    dsseEnvelope: {
      ...dsseEnvelope,
      signatures: dsseEnvelope.signatures.map(({ keyid, sig }) => ({ keyid, sig: flipBase64(sig) })),
    },
  })),
  changed('swap the record key', 'unknown_key', (bundle) => resigned(bundle)),
  changed('sign in the name of the record key', 'invalid_signature', (bundle, log) =>
    resigned(bundle, log.recordKey.publicKey.keyid),
  ),
  changed('show the entry of another envelope', 'invalid_inclusion', ({ entry }) => {
    const fields = parseCanonical(entry)
    return { entry: canonicalBytes({ ...Object(fields), paeSha256: 'ab'.repeat(32) }) }
  }),
  changed('move the entry to another index', 'invalid_inclusion', (bundle) => ({
    tlogProof: withProof(bundle, ({ index }) => ({ index: index + 1n })),
  })),
  changed('edit a hash of the inclusion proof', 'invalid_inclusion', (bundle) => ({
    tlogProof: withProof(bundle, ({ hashes }) => ({ hashes: [...hashes.slice(1), hashLeaf(new Uint8Array())] })),
  })),
  changed('reorder the inclusion proof', 'invalid_inclusion', (bundle) => ({
    tlogProof: withProof(bundle, ({ hashes }) => ({ hashes: hashes.toReversed() })),
  })),
  changed('lengthen the inclusion proof', 'invalid_inclusion', (bundle) => ({
    tlogProof: withProof(bundle, ({ hashes }) => ({ hashes: [...hashes, ...hashes] })),
  })),
  changed('show a checkpoint of a log without the record', 'invalid_inclusion', (bundle, log) => ({
    tlogProof: withProof(bundle, () => ({ checkpoint: signedBy(log, 11n, hashLeaf(utf8('other'))) })),
    consistencyProof: null,
  })),
  changed('delete the tail of the log', 'invalid_inclusion', (bundle, log) => ({
    tlogProof: withProof(bundle, () => ({ checkpoint: log.checkpointAt(3n) })),
  })),
  changed('edit the size of the checkpoint', 'invalid_signature', (bundle) => ({
    tlogProof: withProof(bundle, ({ checkpoint }) => ({ checkpoint: checkpoint.replace('\n11\n', '\n12\n') })),
  })),
  changed('swap the log key', 'unknown_key', (bundle, log) => ({
    tlogProof: withProof(bundle, () => {
      const logKey = createExampleKey()
      return { checkpoint: signedBy({ ...log, logKey }, 11n, rootOf(frontierAt(11n, log.hashAt))) }
    }),
  })),
  changed('show the checkpoint of another log', 'unknown_key', (bundle) => ({
    tlogProof: withProof(bundle, ({ checkpoint }) => ({ checkpoint: checkpoint.replaceAll('tenant-1', 'tenant-2') })),
  })),
  changed('fork the log', 'inconsistent', (_, log) => ({ tlogProof: fork(log).tlogProof })),
  changed('edit the consistency proof', 'inconsistent', ({ consistencyProof }) => ({
    consistencyProof: consistencyProof && {
      ...consistencyProof,
      hashes: consistencyProof.hashes.map(flipFirst),
    },
  })),
  changed('drop the hashes of the consistency proof', 'inconsistent', ({ consistencyProof }) => ({
    consistencyProof: consistencyProof && { ...consistencyProof, hashes: [] },
  })),
  changed('prove consistency with the empty tree', 'inconsistent', (_, log) => ({
    consistencyProof: { earlierCheckpoint: log.checkpointAt(0n), hashes: [] },
  })),
  attack('fork the log, and hide that it had a past', 'inconsistent', (log) => ({
    bytes: encodeBundle({ ...log.bundle, tlogProof: fork(log).tlogProof, consistencyProof: null }),
    kept: log.checkpointAt(5n),
  })),
  attack('restore an old backup that a later checkpoint contradicts', 'inconsistent', (log) => ({
    bytes: encodeBundle({
      ...log.bundle,
      tlogProof: formatTlogProof({
        index: 4n,
        hashes: proveInclusion(4n, 7n, log.hashAt),
        checkpoint: log.checkpointAt(7n),
      }),
      consistencyProof: null,
    }),
    kept: log.checkpointAt(11n),
  })),
  changed('edit what is disclosed', 'payload_mismatch', ({ disclosures }) => ({
    disclosures: disclosures.map((shown) => ('bytes' in shown ? { ...shown, bytes: flipFirst(shown.bytes) } : shown)),
  })),
  changed('edit the salt of what is disclosed', 'payload_mismatch', ({ disclosures }) => ({
    disclosures: disclosures.map((shown) => ('salt' in shown ? { ...shown, salt: flipFirst(shown.salt) } : shown)),
  })),
  changed('disclose a section as another', 'payload_mismatch', ({ disclosures }) => ({
    disclosures: disclosures.slice(0, 1).map((shown) => ({ ...shown, section: 'rationale' as const })),
  })),
  changed('disclose a section that the record does not have', 'payload_mismatch', ({ disclosures }) => ({
    disclosures: disclosures.slice(0, 1).map((shown) => ({ ...shown, section: 'details' as const })),
  })),
  changed('disclose a section twice', 'malformed', ({ disclosures }) => ({
    disclosures: [...disclosures, ...disclosures],
  })),
  rewritten('disclose the sections in another order', 'malformed', ({ disclosures }) => ({
    disclosures: disclosures.toReversed(),
  })),
  rewritten('repeat the signature of the envelope', 'malformed', ({ dsseEnvelope }) => ({
    dsseEnvelope: { ...dsseEnvelope, signatures: [...dsseEnvelope.signatures, ...dsseEnvelope.signatures] },
  })),
  rewritten('sign the checkpoint again, wrongly, after the right signature', 'malformed', ({ tlogProof }) => ({
    tlogProof: `${tlogProof}${(tlogProof.split('\n').at(-2) ?? '').replace(/.{9}$/, 'AAAAAAA=')}\n`,
  })),
  rewritten('sign the checkpoint ten thousand times', 'malformed', ({ tlogProof }) => ({
    tlogProof:
      tlogProof + Array.from({ length: 10_000 }, (_, at) => `— w${at} ${encodeBase64(new Uint8Array(68))}\n`).join(''),
  })),
  rewritten('spell the signature of the checkpoint with the order of the group added', 'invalid_signature', (it) => ({
    tlogProof: it.tlogProof.replace(/\S+(?=\n$)/, (line) => encodeBase64(addGroupOrder(Buffer.from(line, 'base64')))),
  })),
  rewritten('spell the signature of the record with the order of the group added', 'invalid_signature', (it) => ({
    dsseEnvelope: {
      ...it.dsseEnvelope,
      signatures: it.dsseEnvelope.signatures.map(({ keyid, sig }) => ({
        keyid,
        sig: encodeBase64(addGroupOrder(Buffer.from(sig, 'base64'))),
      })),
    },
  })),
  attack('send millions of empty objects', 'malformed', () => ({ bytes: utf8(`[${'{},'.repeat(7_000_000)}{}]`) })),
  attack('send more than a bundle can have', 'malformed', () => ({ bytes: new Uint8Array(67_108_865).fill(0x20) })),
  changed('claim that a section was erased', 'payload_erased', () => ({
    disclosures: [{ section: 'before', erased: true }],
  })),
]
