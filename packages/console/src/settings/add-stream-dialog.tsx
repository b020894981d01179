import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { useProved } from '../identity/proved.ts'
import { Button } from '../look/button.tsx'
import { Command } from '../look/command.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select, TextArea } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import styles from './settings.module.css'

type Body = Parameters<typeof api.createAuditStream>[0]['body']

const kinds = [
  { value: 'webhook', label: 'Webhook: signed requests over HTTPS' },
  { value: 'syslog', label: 'Syslog (RFC 5424)' },
]
const starts = [
  { value: 'now', label: 'What happens from now on' },
  { value: 'beginning', label: 'The whole log, from its beginning' },
]
const transports = [
  { value: 'tls', label: 'TLS' },
  { value: 'tcp', label: 'TCP, unencrypted' },
]

/** Adds a destination of audit events; the key that signs a webhook's requests is shown this once. */
export function AddStreamDialog({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState('webhook')
  const [startFrom, setStartFrom] = useState('now')
  const [transport, setTransport] = useState('tls')
  const { mutate, data, error, isPending } = useProved((body: Body) => api.createAuditStream({ body }), ['streams'])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => typed(form, name).trim()
    const certificates = text('certificates')
    const shared = {
      name: text('name'),
      startFrom: startFrom as 'now' | 'beginning',
      ...(certificates === '' ? {} : { certificates: `${certificates}\n` }),
    }
    mutate(
      kind === 'webhook'
        ? { ...shared, kind: 'webhook', url: text('url') }
        : {
            ...shared,
            kind: 'syslog',
            host: text('host'),
            port: Number(text('port')),
            transport: transport as 'tls' | 'tcp',
          },
    )
  }
  if (data !== undefined) return <Added name={data.name} secret={data.secret} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add an audit stream"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="add-stream" busy={isPending}>
            Add the stream
          </Button>
        </>
      }
    >
      <form id="add-stream" className={styles['dialogForm']} onSubmit={submit}>
        <Select label="Kind" value={kind} options={kinds} onChange={setKind} />
        <Field
          label="Name"
          name="name"
          hint="Letters, digits and . _ : @ / -, as in “siem”."
          required
          autoComplete="off"
          error={faultOf(error, 'name')}
        />
        {kind === 'webhook' ? (
          <Field
            label="Address"
            name="url"
            type="url"
            hint="As in “https://siem.example.com/afterai”. It isn’t shown whole again, since it may hold a secret."
            required
            autoComplete="off"
            error={faultOf(error, 'url')}
          />
        ) : (
          <>
            <Field label="Host" name="host" required autoComplete="off" error={faultOf(error, 'host')} />
            <Field
              label="Port"
              name="port"
              type="number"
              min={1}
              max={65_535}
              required
              defaultValue="6514"
              error={faultOf(error, 'port')}
            />
            <Select label="Transport" value={transport} options={transports} onChange={setTransport} />
          </>
        )}
        <Select label="Send" value={startFrom} options={starts} onChange={setStartFrom} />
        {kind === 'syslog' && transport === 'tcp' ? null : (
          <details>
            <summary>Its certificate isn’t from a public authority</summary>
            <TextArea
              label="Certificates that vouch for it"
              name="certificates"
              hint="In PEM."
              spellCheck={false}
              error={faultOf(error, 'certificates')}
            />
          </details>
        )}
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}

function Added({
  name,
  secret,
  onClose,
}: {
  readonly name: string
  readonly secret: string | null
  readonly onClose: () => void
}) {
  return (
    <Dialog
      open
      onClose={secret === null ? onClose : () => undefined}
      title={`The stream “${name}” begins`}
      footer={
        <Button kind="primary" onClick={onClose}>
          {secret === null ? 'Done' : 'I have kept it'}
        </Button>
      }
    >
      {secret === null ? (
        <p className="soft">Events are on their way. Its state is on this page.</p>
      ) : (
        <>
          <p className="soft">
            Its requests are signed with this key (Standard Webhooks): the receiver needs it. It is shown once.
          </p>
          <Command text={secret} what="the key" />
        </>
      )}
    </Dialog>
  )
}
