import type { Operations } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { RiskFields } from '../ace/confirm-dialog.tsx'
import { type RiskChoice, toRisk } from '../ace/risk.ts'
import { api } from '../api/client.ts'
import { faultOf, Unsent } from '../api/problem-words.ts'
import { Select, TextArea } from '../look/field.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { ActDialog } from './act-dialog.tsx'
import { determinationWords } from './determination-words.ts'
import type { OfDossier } from './dossier.ts'
import type { MoreAction } from './more-actions.ts'
import { EndedDialog, ImplementedDialog } from './run-dialogs.tsx'

/** The dialog of one thing that can be done to a change besides its next step. */
export function MoreDialog({
  action,
  ...rest
}: OfDossier & { readonly action: Exclude<MoreAction, 'decide_again' | 'plan'> }) {
  switch (action) {
    case 'set_risk':
      return <RiskDialog {...rest} />
    case 'emergency':
      return <EmergencyDialog {...rest} />
    case 'merge':
      return <MergeDialog {...rest} />
    case 'determine':
      return <DetermineDialog {...rest} />
    case 'implemented':
      return <ImplementedDialog {...rest} />
    default:
      return <EndedDialog {...rest} />
  }
}

function RiskDialog({ dossier: { change, decisions }, onClose }: OfDossier) {
  const [choice, setChoice] = useState<RiskChoice>(
    change.risk ?? { severity: '', blastRadius: 'unknown', customerImpact: 'unknown' },
  )
  const isOpen = decisions[0]?.status === 'proposed'
  return (
    <ActDialog
      change={change}
      title="Set the risk again"
      means={
        isOpen
          ? 'What it could do, as you see it now. It is evidence: who approves the open decision has to read it anew.'
          : 'What it could do, as you see it now. What was said before stays in the trail.'
      }
      act="Set the risk"
      done="Risk set"
      run={(idempotencyKey) => {
        const { risk } = toRisk(choice) ?? {}
        return risk === undefined
          ? Promise.reject(new Unsent('Say how severe it could be.'))
          : api.setChangeRisk({ path: { id: change.id }, body: risk, idempotencyKey })
      }}
      onClose={onClose}
    >
      {() => <RiskFields risk={choice} set={setChoice} isNeeded />}
    </ActDialog>
  )
}

function EmergencyDialog({ dossier: { change }, onClose }: OfDossier) {
  const [reason, setReason] = useState('')
  return (
    <ActDialog
      change={change}
      title="Declare an emergency"
      means="You say that it has to run before it can be decided. The gate opens for it, the change is marked with your name and your reason, and it has to be decided afterwards, within the time of the policy. That can’t be taken back."
      act="Declare an emergency"
      done="Emergency declared"
      run={(idempotencyKey) =>
        api.declareEmergency({ path: { id: change.id }, body: { reason: reason.trim() }, idempotencyKey })
      }
      onClose={onClose}
    >
      {(error) => <Reason label="Reason" value={reason} set={setReason} error={faultOf(error, 'reason')} />}
    </ActDialog>
  )
}

function MergeDialog({ dossier: { change }, onClose }: OfDossier) {
  const { system, environment } = change
  const [into, setInto] = useState<string>()
  const [reason, setReason] = useState('')
  const others = useQuery({
    queryKey: ['changes', 'to-merge-into', system, environment],
    queryFn: ({ signal }) => api.listChangeRows({ query: { system, environment, open: 'true', limit: 50 }, signal }),
  })
  const options = (others.data?.items ?? [])
    .filter(({ id }) => id !== change.id)
    .map(({ id, title, status }) => ({ value: id, label: `${title} (${status})` }))
  const chosen = into ?? options[0]?.value
  return (
    <ActDialog
      change={change}
      title="Merge it into another"
      means="You say that both tell of the same thing. This one is closed as a duplicate and keeps its history; when it began to run, and its assessments, count for the other."
      act="Merge"
      done="Merged"
      run={(idempotencyKey) =>
        chosen === undefined
          ? Promise.reject(new Unsent('There is no other change to merge it into.'))
          : api.mergeChange({ path: { id: change.id }, body: { into: chosen, reason: reason.trim() }, idempotencyKey })
      }
      onClose={onClose}
    >
      {(error) => (
        <>
          {others.error === null ? null : <Problem error={others.error} onRetry={() => void others.refetch()} />}
          {others.isPending ? <Loading what="the other changes" /> : null}
          {others.data === undefined ? null : options.length === 0 ? (
            <p>
              No other change of {system} in {environment} is open.
            </p>
          ) : (
            <Select
              label="Into"
              value={chosen ?? ''}
              options={options}
              onChange={setInto}
              error={faultOf(error, 'into')}
            />
          )}
          <Reason label="Why they are one" value={reason} set={setReason} error={faultOf(error, 'reason')} />
        </>
      )}
    </ActDialog>
  )
}

type Determined = Operations['determineChange']['body']['determination']

function DetermineDialog({ dossier: { change }, onClose }: OfDossier) {
  const [determination, setDetermination] = useState<Determined>('neither')
  const [reason, setReason] = useState('')
  return (
    <ActDialog
      change={change}
      title="What it is to regulators"
      means="What you say supersedes what was said before, which stays beside it with its name and reason. A record that is sealed later holds it. It is no legal advice."
      act="Say so"
      done="Said"
      run={(idempotencyKey) =>
        api.determineChange({ path: { id: change.id }, body: { determination, reason: reason.trim() }, idempotencyKey })
      }
      onClose={onClose}
    >
      {(error) => (
        <>
          <Select
            label="It is"
            value={determination}
            options={(['neither', 'substantial', 'pre_determined'] as const).map((value) => ({
              value,
              label: determinationWords[value],
            }))}
            onChange={(value) => setDetermination(value as Determined)}
          />
          <Reason label="Reason" value={reason} set={setReason} error={faultOf(error, 'reason')} />
        </>
      )}
    </ActDialog>
  )
}

interface ReasonProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly error: string | undefined
}

function Reason({ label, value, set, error }: ReasonProps) {
  return (
    <TextArea
      label={label}
      required
      maxLength={2000}
      value={value}
      onChange={({ target }) => set(target.value)}
      error={error}
    />
  )
}
