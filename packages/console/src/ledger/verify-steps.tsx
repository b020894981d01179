import type { StepOutcome, StepResult, VerificationReport } from '@afterai/record'
import {
  CheckIcon,
  type LucideIcon,
  MinusIcon,
  ShieldAlertIcon,
  ShieldCheckIcon,
  ShieldXIcon,
  XIcon,
} from 'lucide-react'
import { ProofPath } from './proof-path.tsx'
import { outcomeWords, verdictWords } from './verify-words.ts'
import styles from './verify-steps.module.css'

/** Whose word the keys are: the reader's own, or the server's whose records are verified, which is weaker. */
export type KeySource = 'reader' | 'server'

const icons: Readonly<Record<StepOutcome, LucideIcon>> = { passed: CheckIcon, failed: XIcon, unchecked: MinusIcon }

/** What came of a verification, and its steps. */
export function VerifySteps({ report, keys }: { readonly report: VerificationReport; readonly keys: KeySource }) {
  return (
    <div className={styles['verification']}>
      <VerdictLine report={report} keys={keys} />
      <ol className={styles['steps']} aria-label="Steps of the verification">
        {report.steps.map((step) => (
          <Step key={`${step.step} ${step.section}`} step={step} />
        ))}
      </ol>
    </div>
  )
}

function Step({ step: { outcome, sentence, detail, comparison, path } }: { readonly step: StepResult }) {
  const Icon = icons[outcome]
  return (
    <li className={styles[outcome]}>
      <span className={styles['mark']}>
        <Icon aria-hidden strokeWidth={3} />
      </span>
      <div>
        <p>
          <span className="unseen">{outcomeWords[outcome]}: </span>
          {sentence}
        </p>
        <small>{shortened(detail)}</small>
        {comparison === null ? null : (
          <details open={outcome === 'failed'}>
            <summary>Expected and computed</summary>
            <dl>
              <dt>Expected {comparison.what}</dt>
              <dd className="mono">{comparison.expected}</dd>
              <dt>Computed {comparison.what}</dt>
              <dd className="mono">{comparison.computed}</dd>
            </dl>
          </details>
        )}
        {path === null ? null : (
          <details>
            <summary>The path to the root, node by node</summary>
            <ProofPath path={path} />
          </details>
        )}
      </div>
    </li>
  )
}

function VerdictLine({
  report: { verdict, steps },
  keys,
}: {
  readonly report: VerificationReport
  readonly keys: KeySource
}) {
  const failed = steps.filter(({ outcome }) => outcome === 'failed')
  const kind = verdict === 'valid' ? 'valid' : verdict === 'payload_erased' ? 'erased' : 'invalid'
  const Icon = { valid: ShieldCheckIcon, erased: ShieldAlertIcon, invalid: ShieldXIcon }[kind]
  return (
    <>
      <div className={`${styles['verdict']} ${styles[kind]}`} data-verdict={verdict}>
        <Icon aria-hidden />
        <div>
          <b>
            {verdictWords[verdict]}
            {verdict === 'valid'
              ? keys === 'server'
                ? ', by the server’s own keys'
                : ', by the keys that you pinned'
              : ''}
          </b>
          {failed.map(({ step, section, sentence }) => (
            <p key={`${step} ${section}`}>{sentence}.</p>
          ))}
        </div>
      </div>
      {keys === 'server' ? (
        <p className={styles['weaker']}>
          Weaker: the server vouches for itself. It is stronger with keys that you had before, from somebody else.
        </p>
      ) : null}
    </>
  )
}

/** The two ends of each long digest in a text: the whole is under what was expected and computed. */
function shortened(text: string): string {
  return text.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{52}([0-9a-f]{4})\b/g, '$1…$2')
}
