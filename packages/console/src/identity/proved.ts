import { useMutation, useQueryClient } from '@tanstack/react-query'
import { withProof } from './step-up.tsx'

/** Does something for which the server may want a fresh proof, asked for in place, and then reads anew what it changed. */
export function useProved<Input, Answer>(act: (input: Input) => Promise<Answer>, changes: readonly string[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input) => withProof(() => act(input)),
    onSuccess: () => client.invalidateQueries({ queryKey: changes }),
  })
}
