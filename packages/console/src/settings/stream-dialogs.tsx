import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { useProved } from '../identity/proved.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import styles from './settings.module.css'
import type { Stream } from './stream-words.ts'

interface Props {
  readonly stream: Stream
  readonly onClose: () => void
}

/** Sends events again, from an entry of the log on. */
export function ReplayDialog({ stream: { id, name, nextIndex }, onClose }: Props) {
  const [from, setFrom] = useState('0')
  const { mutate, error, isPending } = useProved(
    () => api.replayAuditStream({ path: { id }, body: { fromIndex: Number(from) } }),
    ['streams'],
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(undefined, {
      onSuccess: () => {
        onClose()
        tell(`${name} sends again from entry ${from}`)
      },
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Replay ${name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="replay" busy={isPending}>
            Send again
          </Button>
        </>
      }
    >
      <form id="replay" className={styles['dialogForm']} onSubmit={submit}>
        <p className="soft">
          Events that were sent already are sent once more: each carries the same id, by which a receiver knows them.
        </p>
        <Field
          label="From entry"
          hint={`0 is the beginning of the log; the next one to be sent is ${nextIndex.toLocaleString('en')}.`}
          type="number"
          min={0}
          step={1}
          required
          value={from}
          onChange={({ target }) => setFrom(target.value)}
          error={faultOf(error, 'fromIndex')}
        />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}

/** Asks before a destination is forgotten. */
export function RemoveStreamDialog({ stream: { id, name, endpoint }, onClose }: Props) {
  const { mutateAsync } = useProved(() => api.removeAuditStream({ path: { id } }), ['streams'])
  return (
    <ActDialog
      title={`Remove ${name}?`}
      button={`Remove ${name}`}
      act={() => mutateAsync(undefined)}
      done={`${name} is removed`}
      onClose={onClose}
    >
      {endpoint} gets nothing more, and its key no longer signs anything. The trail itself keeps all events.
    </ActDialog>
  )
}
