import { ApiProblem } from '@afterai/client'
import { useMutation } from '@tanstack/react-query'
import { CircleAlertIcon, CircleCheckIcon, CircleDashedIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './provider.module.css'
import { testSteps } from './provider-steps.ts'
import { withProof } from './step-up.tsx'

const icons = { right: CircleCheckIcon, missing: CircleDashedIcon, wrong: CircleAlertIcon }
const words = { right: 'right', missing: 'not there', wrong: 'wrong' }

/** Asks a provider for its description, and tells what came of it. */
export function ProviderTest({ id, name }: { readonly id: string; readonly name: string }) {
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => withProof(() => api.testIdentityProvider({ path: { id }, body: {} })),
  })
  const isTheirs = error instanceof ApiProblem && ['provider_unavailable', 'unusable_provider'].includes(error.code)
  return (
    <div className={styles['test']}>
      <Button busy={isPending} onClick={() => mutate()} aria-label={`Test the connection to ${name}`}>
        Test the connection
      </Button>
      <div role="status">
        {data === undefined ? null : (
          <ol className={styles['steps']}>
            {testSteps(data).map((step) => {
              const Icon = icons[step.state]
              return (
                <li key={step.words} data-state={step.state}>
                  <Icon aria-label={words[step.state]} role="img" />
                  {step.words}
                </li>
              )
            })}
          </ol>
        )}
      </div>
      {error === null ? null : <Problem error={error} {...(isTheirs ? { onRetry: () => mutate() } : {})} />}
    </div>
  )
}
