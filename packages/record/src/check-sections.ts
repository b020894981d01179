import type { Disclosure } from './bundle.ts'
import { commitmentOf } from './sections.ts'
import type { SectionCommitment } from './sections.ts'
import type { Statement } from './statement.ts'
import { sentenceOf } from './verification-steps.ts'
import type { StepResult } from './verification-steps.ts'
import type { Verdict } from './verdict.ts'

/** A section's step, and the verdict that it alone would bring about. */
export interface SectionCheck {
  readonly step: StepResult
  readonly verdict: Verdict
}

/**
 * Checks each section of a statement against what is disclosed of it, in the statement's order, and then what is disclosed beside them.
 * A section that is said to be erased is not a fault of the record: what is left proves that it existed, not that it is gone.
 */
export function checkSections(statement: Statement, disclosures: readonly Disclosure[]): readonly SectionCheck[] {
  const known = statement.sections.map((section) =>
    checkSection(
      section,
      disclosures.find((it) => it.section === section.name),
    ),
  )
  const strangers = disclosures
    .filter(({ section }) => !statement.sections.some(({ name }) => name === section))
    .map(({ section: name }) => stepOf('payload_mismatch', name, 'failed', `the record has no section "${name}"`))
  return [...known, ...strangers]
}

function checkSection(section: SectionCommitment, disclosure: Disclosure | undefined): SectionCheck {
  const { name, commitment } = section
  if (disclosure === undefined) return stepOf('valid', name, 'unchecked', 'it was withheld')
  if ('erased' in disclosure)
    return stepOf('payload_erased', name, 'unchecked', 'it is said to be erased; nothing proves it yet')
  const { salt, bytes } = disclosure
  const comparison = {
    what: 'HMAC-SHA-256 of the section under its salt',
    expected: commitment,
    computed: commitmentOf(salt, bytes),
  }
  const { step, verdict } =
    comparison.computed === commitment
      ? stepOf('valid', name, 'passed', `${bytes.length} bytes are disclosed`)
      : stepOf('payload_mismatch', name, 'failed', 'what is disclosed is not what the record committed to')
  return { step: { ...step, comparison }, verdict }
}

function stepOf(
  verdict: Verdict,
  section: SectionCommitment['name'],
  outcome: StepResult['outcome'],
  detail: string,
): SectionCheck {
  const sentence = sentenceOf('section', outcome, section)
  return { step: { step: 'section', section, outcome, sentence, detail, comparison: null, path: null }, verdict }
}
