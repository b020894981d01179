import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Field } from '../look/field.tsx'
import { ActDialog } from './act-dialog.tsx'
import type { OfDossier } from './dossier.ts'

/** Saying that a change without a configuration runs. */
export function ImplementedDialog({ dossier: { change }, onClose }: OfDossier) {
  const [revision, setRevision] = useState('')
  return (
    <ActDialog
      change={change}
      title="Say that it runs"
      means="No configuration tells of this change, so somebody has to: it runs from now on, and your name stands by it."
      act="Say that it runs"
      done="It runs"
      run={(idempotencyKey) =>
        api.noteImplemented({
          path: { id: change.id },
          body: revision.trim() === '' ? {} : { revision: revision.trim() },
          idempotencyKey,
        })
      }
      onClose={onClose}
    >
      {(error) => (
        <Field
          label="Revision"
          hint="Of the code or the data, if there is one."
          value={revision}
          spellCheck={false}
          onChange={({ target }) => setRevision(target.value)}
          error={faultOf(error, 'revision')}
        />
      )}
    </ActDialog>
  )
}

/** Saying that a change without a configuration doesn't run any more. */
export function EndedDialog({ dossier: { change }, onClose }: OfDossier) {
  return (
    <ActDialog
      change={change}
      title="Say that it ended"
      means="It doesn’t run any more, from now on. No observation tells that of a change without a configuration."
      act="Say that it ended"
      done="It ended"
      run={(idempotencyKey) => api.noteEnded({ path: { id: change.id }, body: {}, idempotencyKey })}
      onClose={onClose}
    />
  )
}
