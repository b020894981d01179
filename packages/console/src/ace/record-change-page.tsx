import type { Operations } from '@afterai/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../api/client.ts'
import { useKeysOf } from '../api/keys-of.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
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

const classes = [
  { value: 'normal', label: 'Normal' },
  { value: 'standard', label: 'Standard: an envelope allows it' },
  { value: 'emergency', label: 'Emergency: it can’t wait' },
] as const
const intents = [
  { value: 'proposed', label: 'It is planned' },
  { value: 'implemented', label: 'It was done' },
] as const

/** Recording a change by hand: one that is planned, or one that no signal can tell of. */
export function RecordChangePage() {
  const navigate = useNavigate()
  const keyOf = useKeysOf()
  const form = useTypedForm()
  const [types, setTypes] = useState<ReadonlySet<(typeof choices.type)[number]>>(new Set())
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
    mutationFn: (body: Body) =>
      withProof(async () => {
        if (isNew)
          await api.createSystem({ body: { name: body.system }, idempotencyKey: keyOf(['system', body.system]) })
        return api.recordChange({ body, idempotencyKey: keyOf(body) })
      }),
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
      environment: text('environment'),
      title: text('title'),
      changeTypes: choices.type.filter((type) => types.has(type)),
      intent,
      changeClass,
      ...(text('revision') === '' ? {} : { revision: text('revision') }),
      ...toRisk(risk),
    })
  }
  return (
    <Page title="Record a change" trail={<Link to="/changes">Changes</Link>}>
      <PageBody>
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
          <fieldset className={styles['types']}>
            <legend>Kinds</legend>
            {choices.type.map((type) => (
              <label key={type}>
                <input
                  type="checkbox"
                  checked={types.has(type)}
                  onChange={({ target }) =>
                    setTypes(
                      (before) => new Set([...before].filter((it) => it !== type).concat(target.checked ? [type] : [])),
                    )
                  }
                />
                {typeWords(type)}
              </label>
            ))}
            {faultOf(error, 'changeTypes') === undefined ? null : (
              <p className={styles['fault']}>Choose one at least.</p>
            )}
          </fieldset>
          <div className={styles['two']}>
            <Select
              label="When"
              value={intent}
              options={intents}
              onChange={(value) => setIntent(value as typeof intent)}
            />
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
      </PageBody>
    </Page>
  )
}
