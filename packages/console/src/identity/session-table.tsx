import type { Operations } from '@afterai/client'
import { Button } from '../look/button.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import styles from './identity.module.css'

type Session = Operations['listSessions']['answer']['items'][number]

const methodWords: Readonly<Record<string, string>> = {
  pwd: 'password',
  otp: 'authenticator',
  passkey: 'passkey',
  recovery_code: 'recovery code',
  device: 'approved device',
  oidc: 'identity provider',
}

/** What somebody proved in a session, in words: "password, authenticator". */
export function provedBy(methods: readonly string[]): string {
  const words = methods.flatMap((method) => methodWords[method] ?? [])
  return words.length === 0 ? 'signed in' : words.join(', ')
}

/** Sessions, one a row; each but this one can be ended where `onEnd` is given. */
export function SessionTable({
  sessions,
  onEnd,
  busyWith,
}: {
  readonly sessions: readonly Session[]
  readonly onEnd?: (id: string) => void
  readonly busyWith?: string | undefined
}) {
  return (
    <Table
      caption="Sessions"
      rows={sessions}
      keyOf={({ id }) => id}
      columns={[
        {
          name: 'Where',
          cell: ({ device, current, address, methods, tenant }) => (
            <>
              {device ?? 'An unknown program'}
              {current ? ' (this one)' : ''}
              <span className={styles['below']}>
                {[provedBy(methods), address, tenant].filter((it) => it !== null).join(' · ')}
              </span>
            </>
          ),
        },
        { name: 'Begun', wideOnly: true, cell: ({ createdAt }) => <Ago at={createdAt} /> },
        { name: 'Last used', cell: ({ usedAt }) => <Ago at={usedAt} /> },
        ...(onEnd === undefined
          ? []
          : [
              {
                name: '',
                isNumber: true,
                cell: ({ id, current, device }: Session) =>
                  current ? null : (
                    <Button
                      busy={busyWith === id}
                      onClick={() => onEnd(id)}
                      aria-label={`End the session of ${device ?? 'an unknown program'}`}
                    >
                      End
                    </Button>
                  ),
              },
            ]),
      ]}
    />
  )
}
