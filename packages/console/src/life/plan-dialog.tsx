import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf, Unsent } from '../api/problem-words.ts'
import { evaluationsQuery } from '../aura/evaluations.ts'
import { MarginTable } from '../aura/margin-table.tsx'
import type { MetricChoice } from '../aura/margins.ts'
import { choicesOf, toTerms } from '../aura/plan-terms.ts'
import { Loading } from '../look/empty.tsx'
import { Field, Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { ActDialog } from './act-dialog.tsx'
import type { OfDossier } from './dossier.ts'

/** Sealing what results of a change will be held to, before there are any: margins, cases, how many attempts. */
export function PlanDialog({ dossier, onClose }: OfDossier) {
  const { change, plans, assessments } = dossier
  const runs = useQuery(evaluationsQuery(change.system))
  const usable = (runs.data?.items ?? []).filter(({ caseDigest }) => caseDigest !== null)
  const [runId, setRunId] = useState<string>()
  const [said, setSaid] = useState<readonly MetricChoice[]>([])
  const [minCases, setMinCases] = useState('')
  const [attempts, setAttempts] = useState('1')
  const run = usable.find(({ id }) => id === runId) ?? usable[0]
  const choices = choicesOf(run?.metrics ?? []).map((it) => said.find(({ name }) => name === it.name) ?? it)
  const least = minCases === '' ? (run?.cases ?? 1) : Number(minCases)
  return (
    <ActDialog
      change={change}
      title={plans.length === 0 ? 'Seal a plan' : `Seal plan ${plans.length + 1}`}
      means={
        assessments.length === 0
          ? 'The plan is sealed in the log now, before results. They are held to it, and every attempt is shown. It can be superseded later, never altered.'
          : 'There are results already, and the plan will say so. It can be superseded later, never altered.'
      }
      act="Seal the plan"
      done="Plan sealed"
      run={(idempotencyKey) =>
        run === undefined || run.caseDigest === null
          ? Promise.reject(new Unsent('Choose an evaluation: a plan is held to its cases.'))
          : api.sealPlan({
              path: { id: change.id },
              body: toTerms(choices, { caseDigest: run.caseDigest, minCases: least, attempts: Number(attempts) }),
              idempotencyKey,
            })
      }
      onClose={onClose}
    >
      {(error) => (
        <>
          {runs.error === null ? null : <Problem error={runs.error} onRetry={() => void runs.refetch()} />}
          {runs.isPending ? <Loading what="the evaluations" /> : null}
          {runs.data !== undefined && run === undefined ? (
            <p>
              A plan names its cases, by an evaluation of before.{' '}
              <Link className="link" to="/changes/$id/assess" params={{ id: change.id }}>
                Bring one
              </Link>{' '}
              first.
            </p>
          ) : null}
          {run === undefined ? null : (
            <>
              <Select
                label="The cases and metrics of"
                value={run.id}
                options={usable.map(({ id, label, format, cases }) => ({
                  value: id,
                  label: `${label ?? format}, ${cases.toLocaleString('en')} cases`,
                }))}
                onChange={setRunId}
              />
              <MarginTable
                choices={choices}
                set={setSaid}
                without="A metric without a margin is looked at, and decides nothing."
              />
              <Field
                label="Cases at least"
                type="number"
                min={1}
                required
                value={minCases === '' ? String(run.cases) : minCases}
                onChange={({ target }) => setMinCases(target.value)}
                error={faultOf(error, 'minCases')}
              />
              <Field
                label="Attempts at most"
                hint="Those beyond are told, and the assessment doesn’t follow the plan."
                type="number"
                min={1}
                max={1000}
                required
                value={attempts}
                onChange={({ target }) => setAttempts(target.value)}
                error={faultOf(error, 'attempts')}
              />
              {faultOf(error, 'plan') === undefined ? null : <p role="alert">Metrics: {faultOf(error, 'plan')}</p>}
            </>
          )}
        </>
      )}
    </ActDialog>
  )
}
