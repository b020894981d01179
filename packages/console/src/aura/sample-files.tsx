import { useMutation } from '@tanstack/react-query'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './assess.module.css'

const names = ['support-bot-before.json', 'support-bot-after.json'] as const

/** Two files to try it with: a support bot on two models, 88 questions each, as promptfoo wrote them. */
export function SampleFiles({ use }: { readonly use: (files: readonly File[]) => void }) {
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => Promise.all(names.map(fetched)),
    onSuccess: use,
  })
  return (
    <div className={styles['samples']}>
      <p>
        No files at hand? Two to try it with, of a support bot on two models:{' '}
        {names.map((name, index) => (
          <span key={name}>
            {index === 0 ? '' : ' and '}
            <a className="link" href={`/samples/${name}`} download>
              {name}
            </a>
          </span>
        ))}
        .
      </p>
      <Button busy={isPending} onClick={() => mutate()}>
        Try with these
      </Button>
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}

async function fetched(name: string): Promise<File> {
  const answer = await fetch(`/samples/${name}`)
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`)
  return new File([await answer.blob()], name)
}
