import type { Change } from '@afterai/client'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { withProof } from '../identity/step-up.tsx'
import { Select } from '../look/field.tsx'
import { FormDialog } from '../look/form-dialog.tsx'
import { type RiskChoice, riskOptions, toRisk } from './risk.ts'
import { type Triaged, useTriage } from './triage.ts'
import { TriagedTitles, TriageProgress } from './triage-progress.tsx'

interface ConfirmDialogProps {
  readonly changes: readonly (Triaged & { readonly risk?: Change['risk'] })[]
  readonly onClose: () => void
  readonly onDone?: (ids: readonly string[]) => void
}

/** Confirming that changes are real, and saying what they could do. */
export function ConfirmDialog({ changes, onClose, onDone }: ConfirmDialogProps) {
  const said = changes.length === 1 ? changes[0]?.risk : undefined
  const [risk, setRisk] = useState<RiskChoice>({
    severity: said?.severity ?? '',
    blastRadius: said?.blastRadius ?? 'unknown',
    customerImpact: said?.customerImpact ?? 'unknown',
  })
  const triage = useTriage({
    changes,
    word: 'Confirmed',
    act: (id, idempotencyKey) =>
      withProof(() => api.confirmChange({ path: { id }, body: toRisk(risk), idempotencyKey })),
    onDone: (ids) => {
      onDone?.(ids)
      onClose()
    },
  })
  function leave() {
    triage.stop()
    onClose()
  }
  return (
    <FormDialog
      title={changes.length === 1 ? 'Confirm the change' : `Confirm ${changes.length} changes`}
      act="Confirm"
      busy={triage.isPending}
      leave={triage.isPending ? 'Stop' : 'Cancel'}
      onSend={triage.run}
      onClose={leave}
    >
      <TriagedTitles changes={changes} />
      <p className="soft">
        {changes.length === 1
          ? 'You say that it is real. What it could do, you can say now or later.'
          : 'You say that they are real. What you say of the risk is said of each; you can leave it for later.'}
      </p>
      <RiskFields risk={risk} set={setRisk} />
      <TriageProgress triage={triage} changes={changes} />
    </FormDialog>
  )
}

/** What a change could do, in three answers. */
export function RiskFields({
  risk,
  set,
  isNeeded = false,
}: {
  readonly risk: RiskChoice
  readonly set: (risk: RiskChoice) => void
  /** Whether a severity has to be said. */
  readonly isNeeded?: boolean
}) {
  return (
    <>
      <Select
        label="Severity"
        value={risk.severity}
        options={isNeeded && risk.severity !== '' ? riskOptions.severity.slice(1) : riskOptions.severity}
        error={isNeeded && risk.severity === '' ? 'Choose one.' : undefined}
        onChange={(severity) => set({ ...risk, severity } as RiskChoice)}
      />
      <Select
        label="How far it reaches"
        value={risk.blastRadius}
        options={riskOptions.blastRadius}
        onChange={(blastRadius) => set({ ...risk, blastRadius } as RiskChoice)}
      />
      <Select
        label="Customers notice"
        value={risk.customerImpact}
        options={riskOptions.customerImpact}
        onChange={(customerImpact) => set({ ...risk, customerImpact } as RiskChoice)}
      />
    </>
  )
}
