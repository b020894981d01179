import { verifyBundle } from '@afterai/record'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { logsIn, readKeys, rememberedKeys } from './pinned-keys.ts'
import { serverKeys } from './server-keys.ts'
import { VerifySteps } from './verify-steps.tsx'

/** The proof of a record, recomputed in this browser: by the keys that the reader pinned for its log, else by the server's own. */
export function RecordCheck({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery({
    // Under a name of its own: each export is told in the trail, so none is made because something else was sealed, or a tab came back.
    queryKey: ['record-check', id],
    queryFn: async ({ signal }) => {
      const [bundle, own] = await Promise.all([api.exportRecord({ path: { id }, signal }), serverKeys()])
      const pinned = rememberedKeys()
      // One browser keeps keys for the logs of all its workspaces: those of another log say nothing of this one.
      const isPinned = logsIn(pinned).some((log) => logsIn(own).includes(log))
      const { trust, fault } = readKeys(isPinned ? pinned : own)
      if (trust === undefined) return { fault }
      const keys = isPinned ? ('reader' as const) : ('server' as const)
      return { report: verifyBundle(bundle, trust), keys, hasOthers: !isPinned && pinned !== '' }
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
    <>
      {data.hasOthers ? (
        <p className="soft">The keys that you pinned are of another log than this workspace’s.</p>
      ) : null}
      <VerifySteps report={data.report} keys={data.keys} />
    </>
  )
}
