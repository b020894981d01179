import { verifyBundle } from '@afterai/record'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { readKeys, rememberedKeys } from './pinned-keys.ts'
import { serverKeys } from './server-keys.ts'
import { VerifySteps } from './verify-steps.tsx'

/** The proof of a record, recomputed in this browser: by the keys that the reader pinned here, else by the server's own. */
export function RecordCheck({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery({
    // Under a name of its own: each export is told in the trail, so none is made because something else was sealed, or a tab came back.
    queryKey: ['record-check', id],
    queryFn: async ({ signal }) => {
      const pinned = rememberedKeys()
      const [bundle, keys] = await Promise.all([
        api.exportRecord({ path: { id }, signal }),
        pinned === '' ? serverKeys() : pinned,
      ])
      const { trust, fault } = readKeys(keys)
      return trust === undefined
        ? { fault }
        : { report: verifyBundle(bundle, trust), keys: pinned === '' ? ('server' as const) : ('reader' as const) }
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="the proof" />
  return data.report === undefined ? (
    <p role="alert">{data.fault}</p>
  ) : (
    <VerifySteps report={data.report} keys={data.keys} />
  )
}
