import type { Change } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { type RiskChoice, riskOptions, toRisk } from './risk.ts'

/** Confirming that a change is real, and saying what it could do. */
export function ConfirmDialog({ change, onClose }: { readonly change: Change; readonly onClose: () => void }) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [risk, setRisk] = useState<RiskChoice>({
    severity: change.risk?.severity ?? '',
    blastRadius: change.risk?.blastRadius ?? 'unknown',
    customerImpact: change.risk?.customerImpact ?? 'unknown',
  })
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      withProof(() => api.confirmChange({ path: { id: change.id }, body: toRisk(risk), idempotencyKey: key })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['change', change.id] })
      void client.invalidateQueries({ queryKey: ['inbox'] })
      tell('Confirmed', change.title)
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Confirm the change"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={isPending} onClick={() => mutate()}>
            Confirm
          </Button>
        </>
      }
    >
      <p className="soft">You say that it is real. What it could do, you can say now or later.</p>
      <RiskFields risk={risk} set={setRisk} />
      {error === null ? null : <Problem error={error} />}
    </Dialog>
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
