import type { Operations } from '@afterai/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../api/client.ts'
import { useKeysOf } from '../api/keys-of.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Empty } from '../look/empty.tsx'
import { Choices } from '../look/choices.tsx'
import { Field, Select } from '../look/field.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { forgetTyped, useTypedForm } from '../look/typed.ts'
import { choices } from './change-search.ts'
import { typeWords } from './change-words.ts'
import { RiskFields } from './confirm-dialog.tsx'
import styles from './record-change.module.css'
import { type RiskChoice, toRisk } from './risk.ts'

type Body = Operations['recordChange']['body']

// An emergency is declared of a change that is there, by who may.
const classes = [
  { value: 'normal', label: 'Normal' },
  { value: 'standard', label: 'Standard: an envelope allows it' },
] as const
const intents = [
  { value: 'proposed', label: 'It is planned' },
  { value: 'implemented', label: 'It was done' },
] as const

/** Recording a change by hand: one that is planned, or one that no signal can tell of. */
export function RecordChangePage() {
  const may = useMay()
  return (
    <Page title="Record a change" trail={<Link to="/changes">Changes</Link>}>
      <PageBody>{may('change:write') ? <ChangeForm /> : <Empty title="Your role doesn’t record changes" />}</PageBody>
    </Page>
  )
}

function ChangeForm() {
  const navigate = useNavigate()
  const keyOf = useKeysOf()
  const form = useTypedForm()
  const [types, setTypes] = useState<readonly (typeof choices.type)[number][]>([])
  const [intent, setIntent] = useState<NonNullable<Body['intent']>>('proposed')
  const [changeClass, setChangeClass] = useState<NonNullable<Body['changeClass']>>('normal')
  const [risk, setRisk] = useState<RiskChoice>({ severity: '', blastRadius: 'unknown', customerImpact: 'unknown' })
  const systems = useQuery({
    queryKey: ['systems', 'names'],
    queryFn: ({ signal }) => api.listSystems({ query: { limit: 100 }, signal }),
  })
  const [system, setSystem] = useState('')
  const isNew =
    systems.data?.nextCursor === null &&
    system.trim() !== '' &&
    !systems.data.items.some(({ name }) => name === system.trim())
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: Body) => withProof(() => api.recordChange({ body, idempotencyKey: keyOf(body) })),
    onSuccess: ({ id }) => {
      forgetTyped()
      void navigate({ to: '/changes/$id', params: { id } })
    },
  })
  const list = useId()
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const text = (name: string) => typed(data, name).trim()
    mutate({
      system: text('system'),
      ...(isNew ? { makeSystem: true } : {}),
      environment: text('environment'),
      title: text('title'),
      changeTypes: [...types],
      intent,
      changeClass,
      ...(text('revision') === '' ? {} : { revision: text('revision') }),
      ...toRisk(risk),
    })
  }
  return (
    <form className={styles['form']} onSubmit={submit} {...form.watch}>
      <Field
        label="What changes"
        name="title"
        required
        maxLength={200}
        autoFocus
        hint="A title that says it in a line. No prompts, no customers’ texts."
        error={faultOf(error, 'title')}
      />
      <div className={styles['two']}>
        <Field
          label="System"
          name="system"
          required
          list={list}
          autoComplete="off"
          spellCheck={false}
          value={system}
          onChange={(event) => setSystem(event.target.value)}
          hint={isNew ? 'There is none of this name yet: it is made with the change.' : undefined}
          error={faultOf(error, 'system')}
        />
        <Field
          label="Environment"
          name="environment"
          required
          defaultValue="production"
          spellCheck={false}
          error={faultOf(error, 'environment')}
        />
      </div>
      <datalist id={list}>
        {systems.data?.items.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </datalist>
      <Choices
        label="Kinds"
        options={choices.type.map((value) => ({ value, label: typeWords(value) }))}
        chosen={types}
        onChange={setTypes}
        error={faultOf(error, 'changeTypes')}
      />
      <div className={styles['two']}>
        <Select label="When" value={intent} options={intents} onChange={(value) => setIntent(value as typeof intent)} />
        <Select
          label="Class"
          value={changeClass}
          options={classes}
          onChange={(value) => setChangeClass(value as typeof changeClass)}
        />
      </div>
      <div className={styles['three']}>
        <RiskFields risk={risk} set={setRisk} />
      </div>
      <Field
        label="Revision"
        name="revision"
        spellCheck={false}
        hint="Of the code or the configuration, if there is one."
        error={faultOf(error, 'revision')}
      />
      {error === null ? null : <Problem error={error} />}
      <div className={styles['acts']}>
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Record the change
        </Button>
      </div>
    </form>
  )
}
