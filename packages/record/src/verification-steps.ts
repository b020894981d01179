import type { SectionName } from './sections.ts'

/** Steps of a verification, in the order in which they are told; `section` comes once for each section of the record. */
export type VerificationStep =
  | 'format'
  | 'entry'
  | 'inclusion'
  | 'checkpoint'
  | 'consistency'
  | 'witnesses'
  | 'signature'
  | 'statement'
  | 'key_hints'
  | 'section'

/** What came of a step. `unchecked`: there was nothing to check, nobody asked, or what it rests on did not hold. */
export type StepOutcome = 'passed' | 'failed' | 'unchecked'

/** What a step compared, as text: digests in hex, names of keys. */
export interface Comparison {
  readonly what: string
  readonly expected: string
  readonly computed: string
}

/** A node between the entry and the root: computed from the node below it and the sibling, which stands on that side. Hashes are hex. */
export interface PathNode {
  readonly sibling: string
  readonly siblingSide: 'left' | 'right'
  readonly hash: string
}

/** The way from the entry's leaf to the root, as far as the bundle's hashes lead. */
export interface TreePath {
  readonly leaf: string
  readonly nodes: readonly PathNode[]
}

/** The result of one step. */
export interface StepResult {
  readonly step: VerificationStep
  /** The section that it is about, for the steps that are about one. */
  readonly section: SectionName | null
  readonly outcome: StepOutcome
  /** What was found, as a plain sentence for people; no period ends it. */
  readonly sentence: string
  /** With which keys, numbers and names, or why not. */
  readonly detail: string
  readonly comparison: Comparison | null
  /** For the step `inclusion` alone. */
  readonly path: TreePath | null
}

/** What each step finds, said plainly. */
const sentences: Readonly<Record<Exclude<VerificationStep, 'section'>, Readonly<Record<StepOutcome, string>>>> = {
  format: {
    passed: 'The file is exactly one bundle',
    failed: 'The file is not a bundle, or not exactly one',
    unchecked: 'The file was not read',
  },
  entry: {
    passed: 'The entry of the log is about this record',
    failed: 'The entry of the log is about another record',
    unchecked: 'The entry was not looked at',
  },
  inclusion: {
    passed: 'The entry leads to the root of the log',
    failed: 'The entry does not lead to the root of the log',
    unchecked: 'The way to the root was not computed',
  },
  checkpoint: {
    passed: 'The log signed this root',
    failed: 'No log that you trust signed this root',
    unchecked: 'The signature of the root was not looked at',
  },
  consistency: {
    passed: 'The log continues what was known of it',
    failed: 'The log does not continue what was known of it',
    unchecked: 'The log was not compared with an earlier root',
  },
  witnesses: {
    passed: 'Enough witnesses saw this root',
    failed: 'Too few witnesses saw this root',
    unchecked: 'No witness was asked',
  },
  signature: {
    passed: 'The record carries the signature of the service',
    failed: 'The record does not carry the signature of a service that you trust',
    unchecked: 'The signature of the record was not looked at',
  },
  statement: {
    passed: 'What was signed is what was logged',
    failed: 'What was signed is not of the kind that was logged',
    unchecked: 'What was signed was not read',
  },
  key_hints: {
    passed: 'The file names the keys that signed',
    failed: 'The file names other keys than those that signed',
    unchecked: 'The keys that the file names were not compared',
  },
}

/** What a step found, as a plain sentence. */
export function sentenceOf(step: VerificationStep, outcome: StepOutcome, section: SectionName | null): string {
  if (step !== 'section') return sentences[step][outcome]
  if (section === null) return 'The sections were not compared'
  if (outcome === 'unchecked') return `The section "${section}" was not compared`
  return `The section "${section}" is ${outcome === 'passed' ? '' : 'not '}what was sealed`
}
