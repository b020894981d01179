import type { Operations } from '@afterai/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRoundIcon } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Copyable } from '../look/copyable.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import styles from './identity.module.css'
import { withProof } from './step-up.tsx'

type Scope = Operations['createApiKey']['body']['scopes'][number]

const purposes: readonly { readonly value: string; readonly label: string; readonly scopes: readonly Scope[] }[] = [
  {
    value: 'observe',
    label: 'Tell what runs: SDK, OpenTelemetry',
    scopes: ['observation:write', 'telemetry:write', 'digest-key:read'],
  },
  {
    value: 'pipeline',
    label: 'A pipeline: changes, evaluations, the gate',
    scopes: [
      'observation:write',
      'digest-key:read',
      'change:read',
      'change:write',
      'evaluation:read',
      'evaluation:write',
      'assessment:read',
      'assessment:write',
      'policy:read',
      'decision:read',
      'record:read',
      'system:read',
      'system:write',
    ],
  },
  {
    value: 'read',
    label: 'Read only',
    scopes: [
      'system:read',
      'change:read',
      'assessment:read',
      'decision:read',
      'record:read',
      'evaluation:read',
      'log:read',
    ],
  },
]

/** The reader's API keys: those that end soon are marked, and a new one is shown once. */
export function ApiKeysSection() {
  const client = useQueryClient()
  const [isMaking, setMaking] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['api-keys'],
    queryFn: ({ signal }) => api.listApiKeys({ query: { limit: 100 }, signal }),
  })
  const revoke = useMutation({
    mutationFn: (id: string) => withProof(() => api.revokeApiKey({ path: { id } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['api-keys'] }),
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const alive = data.items.filter(({ revokedAt }) => revokedAt === null)
  return (
    <Card title="API keys">
      {alive.length === 0 ? (
        <p className={styles['acts']}>There are none. A pipeline or the SDK needs one.</p>
      ) : (
        <Table
          caption="API keys"
          rows={alive}
          keyOf={({ id }) => id}
          columns={[
            {
              name: 'Key',
              cell: ({ name, prefix, expiresSoon }) => (
                <>
                  {name} {expiresSoon ? <Warning word="Ends soon" /> : null}
                  <span className={styles['below']}>
                    <code className="mono">{prefix}…</code>
                  </span>
                </>
              ),
            },
            { name: 'Whose', wideOnly: true, cell: ({ accountName }) => accountName },
            {
              name: 'Last used',
              cell: ({ lastUsedAt }) =>
                lastUsedAt === null ? <span className="faint">never</span> : <Ago at={lastUsedAt} />,
            },
            { name: 'Ends', wideOnly: true, cell: ({ expiresAt }) => (expiresAt === null ? 'never' : date(expiresAt)) },
            {
              name: '',
              isNumber: true,
              cell: ({ id, name }) => (
                <Button busy={revoke.isPending} onClick={() => revoke.mutate(id)} aria-label={`Revoke ${name}`}>
                  Revoke
                </Button>
              ),
            },
          ]}
        />
      )}
      {revoke.error === null ? null : <Problem error={revoke.error} />}
      <p className={styles['acts']}>
        <Button onClick={() => setMaking(true)}>
          <KeyRoundIcon aria-hidden />
          Make a key
        </Button>
      </p>
      {isMaking ? <MakeKeyDialog onClose={() => setMaking(false)} /> : null}
    </Card>
  )
}

function MakeKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [purpose, setPurpose] = useState('observe')
  const [name, setName] = useState('')
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () =>
      withProof(() =>
        api.createApiKey({
          body: { name: name.trim(), scopes: [...(purposes.find(({ value }) => value === purpose)?.scopes ?? [])] },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['api-keys'] }),
  })
  if (data !== undefined)
    return (
      <Dialog
        open
        onClose={onClose}
        title={`The key “${data.name}”`}
        footer={
          <Button kind="primary" onClick={onClose}>
            I have kept it
          </Button>
        }
      >
        <p className="soft">It is shown once. Whoever has it can do what it may do.</p>
        <p>
          <Copyable text={data.key} what="the key" />
        </p>
      </Dialog>
    )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Make an API key"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="make-key" busy={isPending}>
            Make the key
          </Button>
        </>
      }
    >
      <form id="make-key" className={styles['form']} onSubmit={submit}>
        <Field
          label="Name"
          hint="Where it is used, as in “ci-deploy”."
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
        />
        <Select label="What for" value={purpose} options={purposes} onChange={setPurpose} />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
