import type { Policy } from '@afterai/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { PlusIcon } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { useMay } from '../app/me.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Loading } from '../look/empty.tsx'
import { Field, TextArea } from '../look/field.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { approversOf, namesOf, peopleQuery, policiesQuery } from './policies.ts'
import styles from './policy.module.css'
import { draftsOf, moved, toRules, withRule } from './rule-draft.ts'
import { RuleEditor } from './rule-editor.tsx'

/** Setting the next version of the rules of a scope, each with what it means in words. */
export function SetPolicyPage() {
  const may = useMay()
  const policies = useQuery(policiesQuery())
  return (
    <Page title="Set rules" trail={<Link to="/policy">Policy</Link>}>
      <PageBody>
        {may('policy:write') ? null : <p className="soft">Your role reads rules. An administrator sets them.</p>}
        {policies.error === null ? null : <Problem error={policies.error} onRetry={() => void policies.refetch()} />}
        {policies.isPending ? <Loading what="the rules" /> : null}
        {policies.data === undefined || !may('policy:write') ? null : <RulesForm policies={policies.data.items} />}
      </PageBody>
    </Page>
  )
}

function RulesForm({ policies }: { readonly policies: readonly Policy[] }) {
  const scope = useSearch({ from: '/in/policy/set' })
  const navigate = useNavigate()
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [system, setSystem] = useState(scope.system ?? '')
  const [environment, setEnvironment] = useState(scope.environment ?? '')
  const [reason, setReason] = useState('')
  const [drafts, setDrafts] = useState(() => draftsOf(policies, scope.system ?? null, scope.environment ?? null))
  const people = useQuery(peopleQuery)
  const approvers = approversOf(people.data)
  const names = namesOf(people.data)
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      withProof(() =>
        api.setPolicy({
          body: {
            ...(system.trim() === '' ? {} : { system: system.trim() }),
            ...(environment.trim() === '' ? {} : { environment: environment.trim() }),
            rules: toRules(drafts),
            reason: reason.trim(),
          },
          idempotencyKey: key,
        }),
      ),
    onSuccess: async ({ version }) => {
      await client.invalidateQueries({ queryKey: ['policies'] })
      void client.invalidateQueries({ queryKey: ['standings'] })
      tell('The rules hold', `Version ${version}.`)
      await navigate({ to: '/policy' })
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate()
  }
  return (
    <form className={styles['form']} onSubmit={submit}>
      <div className={styles['two']}>
        <Field
          label="System"
          hint="Empty: every system."
          spellCheck={false}
          value={system}
          onChange={({ target }) => setSystem(target.value)}
          error={faultOf(error, 'system')}
        />
        <Field
          label="Environment"
          hint="Empty: every environment. The most particular rules hold."
          spellCheck={false}
          value={environment}
          onChange={({ target }) => setEnvironment(target.value)}
          error={faultOf(error, 'environment')}
        />
      </div>
      <p className="soft">
        The first rule that fits a change is the one. The last fits every change that no other does.
      </p>
      {drafts.map((draft, index) => (
        <RuleEditor
          key={draft.key}
          draft={draft}
          place={{ index, isLast: index === drafts.length - 1 }}
          approvers={approvers}
          names={names}
          onChange={(rule) => setDrafts(drafts.with(index, { ...draft, rule }))}
          onMove={() => setDrafts(moved(drafts, index))}
          onRemove={() => setDrafts(drafts.toSpliced(index, 1))}
        />
      ))}
      <p>
        <Button onClick={() => setDrafts(withRule(drafts, crypto.randomUUID()))}>
          <PlusIcon aria-hidden />
          Add a rule for some changes
        </Button>
      </p>
      <TextArea
        label="Reason"
        hint="Kept with this version, which stays to be read."
        required
        value={reason}
        onChange={({ target }) => setReason(target.value)}
        error={faultOf(error, 'reason')}
      />
      {error === null ? null : <Problem error={error} />}
      <div>
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Set these rules
        </Button>
      </div>
    </form>
  )
}
