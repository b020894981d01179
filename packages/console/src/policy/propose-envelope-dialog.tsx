import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../api/client.ts'
import { instantOf } from '../api/instants.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { type ClauseDraft, emptyClause, toClause } from './envelope-words.ts'
import styles from './policy.module.css'

const kinds = [
  { value: 'between', label: 'Within bounds' },
  { value: 'one_of', label: 'Only to certain values' },
  { value: 'any', label: 'To anything' },
] as const
const evidences = [
  { value: 'none', label: 'None' },
  { value: 'not_worse', label: 'An assessment that finds no loss' },
] as const
const paths = ['/model/name', '/inference/temperature', '/inference/maxTokens', '/inference/topP', '/prompts', '/tools']

/** Proposing which standard changes need no decision of their own; somebody else approves it. */
export function ProposeEnvelopeDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [clauses, setClauses] = useState([emptyClause('first')])
  const [evidence, setEvidence] = useState<(typeof evidences)[number]['value']>('none')
  const list = useId()
  const { mutate, error, isPending } = useMutation({
    mutationFn: (form: FormData) => {
      const text = (name: string) => typed(form, name).trim()
      return withProof(() =>
        api.proposeEnvelope({
          body: {
            title: text('title'),
            ...(text('system') === '' ? {} : { system: text('system') }),
            environments: text('environments')
              .split(/[\s,]+/)
              .filter((it) => it !== ''),
            clauses: clauses.map(toClause),
            evidence,
            until: instantOf(`${text('until')}T23:59:59`),
          },
          idempotencyKey: key,
        }),
      )
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['envelopes'] })
      tell('Proposed', 'An approver who isn’t you approves it.')
      onClose()
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(new FormData(event.currentTarget))
  }
  const change = (index: number, part: Partial<ClauseDraft>) =>
    setClauses(clauses.map((it, at) => (at === index ? { ...it, ...part } : it)))
  return (
    <Dialog
      open
      onClose={onClose}
      title="Propose an envelope"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="propose-envelope" busy={isPending}>
            Propose
          </Button>
        </>
      }
    >
      <form id="propose-envelope" className={styles['form']} onSubmit={submit}>
        <Field label="Title" name="title" required maxLength={200} error={faultOf(error, 'title')} />
        <Field label="System" name="system" hint="Empty: every system." error={faultOf(error, 'system')} />
        <Field
          label="Environments"
          name="environments"
          hint="With commas between them."
          required
          defaultValue="production"
          error={faultOf(error, 'environments')}
        />
        {clauses.map((clause, index) => (
          <ClauseFields
            key={clause.key}
            clause={clause}
            index={index}
            list={list}
            error={faultOf(error, `clauses/${index}`)}
            change={(part) => change(index, part)}
            remove={clauses.length === 1 ? undefined : () => setClauses(clauses.toSpliced(index, 1))}
          />
        ))}
        <datalist id={list}>
          {paths.map((path) => (
            <option key={path}>{path}</option>
          ))}
        </datalist>
        <p>
          <Button onClick={() => setClauses([...clauses, emptyClause(crypto.randomUUID())])}>
            Add what may differ
          </Button>
        </p>
        <Select
          label="Evidence"
          value={evidence}
          options={evidences}
          onChange={(value) => setEvidence(value as typeof evidence)}
        />
        <Field
          label="Until"
          name="until"
          type="date"
          hint="A year ahead at most."
          required
          error={faultOf(error, 'until')}
        />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}

interface ClauseProps {
  readonly clause: ClauseDraft
  readonly index: number
  readonly list: string
  readonly error: string | undefined
  readonly change: (part: Partial<ClauseDraft>) => void
  readonly remove: (() => void) | undefined
}

function ClauseFields({ clause, index, list, error, change, remove }: ClauseProps) {
  return (
    <fieldset className={styles['clause']}>
      <legend className="unseen">What may differ, {index + 1}</legend>
      <Field
        label="May differ"
        hint="The place in a configuration, such as /inference/temperature. What is below it is meant, too."
        list={list}
        required
        spellCheck={false}
        value={clause.path}
        onChange={({ target }) => change({ path: target.value })}
        error={error}
      />
      <Select
        label="How far"
        value={clause.kind}
        options={kinds}
        onChange={(kind) => change({ kind: kind as ClauseDraft['kind'] })}
      />
      {clause.kind === 'one_of' ? (
        <Field
          label="Values"
          hint="With commas between them."
          required
          value={clause.values}
          onChange={({ target }) => change({ values: target.value })}
        />
      ) : null}
      {clause.kind === 'between' ? (
        <div className={styles['two']}>
          <Field
            label="At least"
            inputMode="decimal"
            required={clause.max.trim() === ''}
            value={clause.min}
            onChange={({ target }) => change({ min: target.value })}
          />
          <Field
            label="At most"
            inputMode="decimal"
            required={clause.min.trim() === ''}
            value={clause.max}
            onChange={({ target }) => change({ max: target.value })}
          />
        </div>
      ) : null}
      {remove === undefined ? null : (
        <p>
          <Button onClick={remove}>Remove</Button>
        </p>
      )}
    </fieldset>
  )
}
