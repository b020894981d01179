import { UserPlusIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { usePages } from '../api/pages.ts'
import { useMay, useMe } from '../app/me.ts'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import styles from './identity.module.css'
import { InvitationsCard } from './invitations-card.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { MemberDialog } from './member-dialog.tsx'
import type { Member } from './roles.ts'

/** The people of the workspace, those who are invited, and the way to bring in another. */
export function MembersSection() {
  const may = useMay()
  const { accountId } = useMe()
  const [isInviting, setInviting] = useState(false)
  const [managed, setManaged] = useState<Member>()
  const { items, error, retry, hasMore, more, isReadingMore } = usePages(['members', 'people'], ({ query, signal }) =>
    api.listMembers({ query: { ...query, kind: 'person' }, signal }),
  )
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && items === undefined) return <Problem error={error} onRetry={retry} />
  if (items === undefined) return <Loading what="the people" />
  const manages = may('member:write')
  return (
    <>
      <Card title="People">
        <Table
          caption="People"
          rows={items}
          keyOf={(member) => member.accountId}
          columns={[
            {
              name: 'Name',
              cell: ({ name, email, disabledAt, accountId: id }) => (
                <>
                  {name}
                  {id === accountId ? ' (you)' : ''} {disabledAt === null ? null : <Warning word="Disabled" />}
                  <span className={styles['below']}>{email}</span>
                </>
              ),
            },
            {
              name: 'Role',
              cell: ({ role, roleProviderId }) => (
                <>
                  {role}
                  {roleProviderId === null ? null : <span className={styles['below']}>by their groups</span>}
                </>
              ),
            },
            { name: 'Since', wideOnly: true, cell: ({ createdAt }) => date(createdAt) },
            ...(manages
              ? [
                  {
                    name: '',
                    isNumber: true,
                    cell: (member: Member) => (
                      <Button onClick={() => setManaged(member)} aria-label={`Manage ${member.name}`}>
                        Manage
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
        {hasMore || manages ? (
          <p className={styles['acts']}>
            {manages ? (
              <Button onClick={() => setInviting(true)}>
                <UserPlusIcon aria-hidden />
                Invite a person
              </Button>
            ) : null}
            {hasMore ? (
              <Button busy={isReadingMore} onClick={more}>
                More people
              </Button>
            ) : null}
          </p>
        ) : null}
      </Card>
      {manages ? <InvitationsCard /> : null}
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
      {managed === undefined ? null : (
        <MemberDialog
          key={managed.accountId}
          member={items.find((it) => it.accountId === managed.accountId) ?? managed}
          onClose={() => setManaged(undefined)}
        />
      )}
    </>
  )
}
