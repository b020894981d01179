import type { Policy } from '@afterai/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { PlusIcon } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { useKeysOf } from '../api/keys-of.ts'
import { faultOf } from '../api/problem-words.ts'
import { useMay } from '../app/me.ts'
import { useNames } from '../identity/names.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Loading } from '../look/empty.tsx'
import { Field, TextArea } from '../look/field.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { forgetTyped, useTypedForm } from '../look/typed.ts'
import { ChangedMeanwhile, UnreadRules } from './changed-meanwhile.tsx'
import { policiesQuery } from './policies.ts'
import styles from './policy.module.css'
import { useRuleCheck } from './rule-check.ts'
import { moved, type RuleDraft, scopeOf, toRules, withRule } from './rule-draft.ts'
import { RuleEditor } from './rule-editor.tsx'
import { peopleIn } from './rule-words.ts'
import { useRulesForm } from './rules-form.ts'

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
  const named = useSearch({ from: '/in/policy/set' })
  const navigate = useNavigate()
  const client = useQueryClient()
  const keyOf = useKeysOf()
  const typed = useTypedForm()
  const [system, setSystem] = useState(named.system ?? '')
  const [environment, setEnvironment] = useState(named.environment ?? '')
  const [reason, setReason] = useState('')
  const scope = scopeOf(system, environment)
  const form = useRulesForm(policies, scope)
  const { drafts, basedOn, changed, unread } = form
  const rules = toRules(drafts)
  const check = useRuleCheck(rules)
  const names = useNames(peopleIn([...drafts.map(({ rule }) => rule), ...(changed?.rules ?? [])]))
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      // What nobody could follow is said before it holds: it is set when it was seen.
      if (await check.hasNews()) return undefined
      const body = {
        ...(scope.system === null ? {} : { system: scope.system }),
        ...(scope.environment === null ? {} : { environment: scope.environment }),
        rules,
        reason: reason.trim(),
        basedOn,
      }
      return withProof(() => api.setPolicy({ body, idempotencyKey: keyOf(body) }))
    },
    onSuccess: async (set) => {
      if (set === undefined) return
      forgetTyped()
      await client.invalidateQueries({ queryKey: ['policies'] })
      void client.invalidateQueries({ queryKey: ['standings'] })
      tell('The rules hold', `Version ${set.version}.`)
      await navigate({ to: '/policy' })
    },
    onError: () => client.invalidateQueries({ queryKey: ['policies'] }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate()
  }
  function alter(altered: readonly RuleDraft[]) {
    form.set(altered)
    typed.note()
  }
  return (
    <form className={styles['form']} onSubmit={submit} {...typed.watch}>
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
      {unread === undefined ? null : <UnreadRules own={unread} onLoad={form.load} />}
      <p className="soft">
        The first rule that fits a change is the one. The last fits every change that no other does.
      </p>
      {drafts.map((draft, index) => (
        <RuleEditor
          key={draft.key}
          draft={draft}
          place={{ index, isLast: index === drafts.length - 1 }}
          names={names}
          warning={check.warningOf(index)}
          onChange={(rule) => alter(drafts.with(index, { ...draft, rule }))}
          onMove={() => alter(moved(drafts, index))}
          onRemove={() => alter(drafts.toSpliced(index, 1))}
        />
      ))}
      <p>
        <Button onClick={() => alter(withRule(drafts, crypto.randomUUID()))}>
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
      {changed === undefined ? null : (
        <ChangedMeanwhile
          theirs={changed}
          mine={drafts.map(({ rule }) => rule)}
          names={names}
          onLoad={form.load}
          onKeep={form.keep}
        />
      )}
      {check.hasWarnings ? (
        <p role="status">As things are, nobody can follow all of these rules: see beside them.</p>
      ) : null}
      <div>
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          {check.hasWarnings ? 'Set these rules anyway' : 'Set these rules'}
        </Button>
      </div>
    </form>
  )
}
