import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheckIcon, CircleIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { api } from '../api/client.ts'
import { useMay, useMe } from '../app/me.ts'
import { useSwitchTenant } from '../identity/switch-tenant.ts'
import { Button } from '../look/button.tsx'
import styles from '../home/home.module.css'
import { Card } from '../look/card.tsx'
import { Command } from '../look/command.tsx'

interface Step {
  readonly key: string
  readonly title: string
  readonly isDone: boolean
  readonly how: ReactNode
}

/** The way to the first sealed record, ticked by what the server knows and not by clicks. It leaves for good when there is one. */
export function FirstSteps() {
  const { tenant, tenants } = useMe()
  const { switchTo, isPending } = useSwitchTenant()
  const may = useMay()
  const isOwn = !tenant.sample && !tenant.instance && may('change:write')
  const { data } = useQuery({
    queryKey: ['first-steps'],
    queryFn: ({ signal }) => readProgress(signal),
    enabled: isOwn,
  })
  if (data === undefined || data.hasRecord) return null
  const steps: readonly Step[] = [
    {
      key: 'system',
      title: 'Tell AfterAI of a system, and what it runs with',
      isDone: data.hasSystem,
      how: (
        <>
          <Command text={`npx afterai login --device --url ${location.origin}`} />
          <Command text="npx afterai system create support-bot" />
          <Command text="npx afterai observe --system support-bot --provider acme --model acme-large" />
        </>
      ),
    },
    {
      key: 'change',
      title: 'Change something: another model opens a change',
      isDone: data.hasChange,
      how: <Command text="npx afterai observe --system support-bot --provider acme --model acme-small" />,
    },
    {
      key: 'people',
      title: 'Invite a second person: nobody approves alone',
      isDone: data.hasOthers,
      how: (
        <Link to="/settings/$section" params={{ section: 'members' }} className="link">
          Invite a person in Settings
        </Link>
      ),
    },
    {
      key: 'evaluation',
      title: 'Bring two files of results, of before and after',
      isDone: data.hasEvaluation,
      how: (
        <p className="soft">
          Open the change and choose “Assess”. Any two files of the same cases do; the page offers a pair to try.
        </p>
      ),
    },
    {
      key: 'record',
      title: 'Decide, and have it approved: that seals the record',
      isDone: false,
      how: <p className="soft">Propose a decision on the change. The second person approves it.</p>,
    },
  ]
  const sample = tenants.find((it) => it.sample)
  const current = steps.findIndex(({ isDone }) => !isDone)
  return (
    <Card title="To your first record" note={`${steps.filter(({ isDone }) => isDone).length} of ${steps.length} done`}>
      <ol className={styles['steps']}>
        {steps.map(({ key, title, isDone, how }, index) => (
          <li key={key} className={isDone ? styles['done'] : undefined}>
            {isDone ? <CircleCheckIcon aria-label="done" /> : <CircleIcon aria-label="to do" />}
            <div>
              <b>{title}</b>
              {index === current ? how : null}
            </div>
          </li>
        ))}
      </ol>
      {sample === undefined ? null : (
        <p className={styles['sample']}>
          <Button busy={isPending} onClick={() => switchTo(sample.slug)}>
            Look at a finished one first
          </Button>
        </p>
      )}
    </Card>
  )
}

async function readProgress(signal: AbortSignal) {
  const one = { query: { limit: 1 }, signal }
  const [systems, changes, evaluations, records, members] = await Promise.all([
    api.listSystems(one),
    api.countChangeRows({ query: {}, signal }),
    api.listEvaluations(one),
    api.listRecords(one),
    api.listMembers({ query: { limit: 2, kind: 'person' }, signal }),
  ])
  return {
    hasSystem: systems.items.length > 0,
    // The first observation opens none: it is what runs before any change.
    hasChange: changes.count > 0,
    hasEvaluation: evaluations.items.length > 0,
    hasOthers: members.items.length > 1,
    hasRecord: records.items.length > 0,
  }
}
