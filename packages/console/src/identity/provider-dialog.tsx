import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Check } from '../look/check.tsx'
import { Command } from '../look/command.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'
import { listOf } from './provider-steps.ts'
import { type Mapping, RoleMapping } from './role-mapping.tsx'
import { roleOptions } from './roles.ts'

type Body = Parameters<typeof api.createIdentityProvider>[0]['body']
type DefaultRole = NonNullable<Body['defaultRole']>

interface Kept {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly groupsClaim: string
  readonly roleMapping: readonly Mapping[]
  readonly defaultRole: DefaultRole | null
  readonly allowedDomains: readonly string[]
  readonly createsMembers: boolean
  readonly redirectUri: string
}

/** Adds an identity provider, or changes one: its issuer stays, its secret unless another is typed. */
export function ProviderDialog({ provider, onClose }: { readonly provider?: Kept; readonly onClose: () => void }) {
  const [mapping, setMapping] = useState<readonly Mapping[]>(provider?.roleMapping ?? [])
  const [defaultRole, setDefaultRole] = useState<string>(provider?.defaultRole ?? '')
  const { mutate, error, isPending } = useProved(
    ({ issuer, clientSecret, ...settings }: Body) =>
      provider === undefined
        ? api.createIdentityProvider({ body: { ...settings, issuer, clientSecret } })
        : api.updateIdentityProvider({
            path: { id: provider.id },
            body: { ...settings, ...(clientSecret === '' ? {} : { clientSecret }) },
          }),
    ['providers'],
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const text = (name: string) => typed(data, name).trim()
    const body = {
      name: text('name'),
      issuer: text('issuer'),
      clientId: text('clientId'),
      clientSecret: typed(data, 'clientSecret'),
      scopes: listOf(text('scopes')),
      groupsClaim: text('groupsClaim'),
      allowedDomains: listOf(text('allowedDomains')),
      createsMembers: data.get('createsMembers') === 'on',
      roleMapping: mapping.filter(({ group }) => group.trim() !== '').map((it) => ({ ...it, group: it.group.trim() })),
      defaultRole: defaultRole === '' ? null : (defaultRole as DefaultRole),
    }
    mutate(body, { onSuccess: onClose })
  }
  const fault = (name: string) => faultOf(error, name)
  return (
    <Dialog
      open
      onClose={onClose}
      title={provider === undefined ? 'Add an identity provider' : `Change ${provider.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="provider" busy={isPending}>
            {provider === undefined ? 'Ask it and add it' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="provider" className={styles['form']} onSubmit={submit}>
        <div className={styles['part']}>
          <p className="soft">Register this address at the provider, as where people return to:</p>
          <Command
            text={provider?.redirectUri ?? `${location.origin}/v1/oidc/callback`}
            what="the address to register"
          />
        </div>
        <Field
          label="Name"
          name="name"
          hint="On the button that people sign in with."
          required
          maxLength={100}
          autoComplete="off"
          defaultValue={provider?.name}
          error={fault('name')}
        />
        <Field
          label="Issuer"
          name="issuer"
          type="url"
          hint={
            provider === undefined
              ? 'As in “https://id.example.com”; the server asks it before it keeps anything.'
              : 'It can’t change: people are known by what this issuer calls them.'
          }
          required
          readOnly={provider !== undefined}
          autoComplete="off"
          defaultValue={provider?.issuer}
          error={fault('issuer')}
        />
        <Field
          label="Client id"
          name="clientId"
          required
          autoComplete="off"
          spellCheck={false}
          defaultValue={provider?.clientId}
          error={fault('clientId')}
        />
        <Field
          label="Client secret"
          name="clientSecret"
          type="password"
          hint={
            provider === undefined
              ? 'It is sealed, and never shown again.'
              : 'Leave it empty to keep the one that is there.'
          }
          required={provider === undefined}
          autoComplete="off"
          error={fault('clientSecret')}
        />
        <Field
          label="E-mail domains"
          name="allowedDomains"
          hint="Whose verified addresses it may vouch for, as in “example.com”."
          autoComplete="off"
          spellCheck={false}
          defaultValue={provider?.allowedDomains.join(', ')}
          error={fault('allowedDomains')}
        />
        <RoleMapping mapping={mapping} onChange={setMapping} error={fault('roleMapping')} />
        <Select
          label="Everybody else"
          value={defaultRole}
          options={[{ value: '', label: 'Isn’t let in' }, ...roleOptions()]}
          onChange={setDefaultRole}
        />
        <Check
          name="createsMembers"
          label="Newcomers become members when they sign in"
          defaultChecked={provider?.createsMembers ?? true}
        />
        <details>
          <summary>Scopes and claims</summary>
          <div className={styles['form']}>
            <Field
              label="Scopes"
              name="scopes"
              required
              defaultValue={(provider?.scopes ?? ['openid', 'email', 'profile']).join(' ')}
              error={fault('scopes')}
            />
            <Field
              label="Claim that lists the groups"
              name="groupsClaim"
              required
              defaultValue={provider?.groupsClaim ?? 'groups'}
              error={fault('groupsClaim')}
            />
          </div>
        </details>
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
