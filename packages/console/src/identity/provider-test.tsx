import { ApiProblem, type Operations } from '@afterai/client'
import { useMutation } from '@tanstack/react-query'
import { CircleAlertIcon, CircleCheckIcon, CircleDashedIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './provider.module.css'
import { withProof } from './step-up.tsx'

type Found = Operations['testIdentityProvider']['answer']

interface Step {
  readonly words: string
  readonly state: 'right' | 'missing' | 'wrong'
}

/** What a provider said of itself, step by step. What is missing and isn't needed is told as that. */
export function testSteps({ issuer, authorizationEndpoint, signingAlgorithms, namesIssuer, signsOut }: Found): Step[] {
  return [
    { words: `It answers, and is ${issuer}`, state: 'right' },
    authorizationEndpoint === ''
      ? { words: 'It names no page to sign in on', state: 'wrong' }
      : { words: `People sign in at ${authorizationEndpoint}`, state: 'right' },
    signingAlgorithms.length === 0
      ? { words: 'It names no algorithm that it signs with', state: 'missing' }
      : { words: `It signs with ${signingAlgorithms.join(', ')}`, state: 'right' },
    namesIssuer
      ? { words: 'It names itself in its answers, so that none can be passed off as another’s', state: 'right' }
      : { words: 'It doesn’t name itself in its answers (RFC 9207)', state: 'missing' },
    signsOut
      ? { words: 'Signing out here can sign out there', state: 'right' }
      : { words: 'Signing out here leaves its own session open', state: 'missing' },
  ]
}

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
