import { agree, type Saying, sayingOf, saysNoModel, tellsMore } from '@afterai/models'
import type { ServedModel } from '@afterai/contract'
import { latestOf } from '../identity-watch/judge-served.ts'
import { captureLimits } from '../limits.ts'

type IdentityView = ServedModel['identities'][number]
type Heard = IdentityView & { readonly saying: Saying; readonly lastMs: number }

/**
 * Of what was served last: there from the start, new since, or never told. Fingerprints of one model alternate, so all that were seen
 * within a day of the last count; and an identity that only says in other words what was there from the start isn't new.
 */
export function verdictOf(
  identities: readonly IdentityView[],
  asked: { readonly provider: string; readonly requestedModel: string },
): ServedModel['verdict'] {
  const heard = identities
    .filter(({ servedModel }) => !saysNoModel(servedModel))
    .map((it) => ({ ...it, saying: sayingOf(it.servedModel, asked), lastMs: Date.parse(it.lastSeenAt) }))
  const latest = latestOf(heard)
  if (latest === undefined) return 'undetermined'
  const baselines = heard.filter(({ baseline }) => baseline)
  const now = heard.filter(
    (it) => agree(it.saying, latest.saying) && it.lastMs > latest.lastMs - captureLimits.learningMs,
  )
  return now.every((it) => isOf(baselines, it)) ? 'clear' : 'breached'
}

function isOf(baselines: readonly Heard[], it: Heard): boolean {
  return baselines.some(
    (baseline) =>
      agree(baseline.saying, it.saying) &&
      !tellsMore(it.saying, baseline.saying) &&
      (it.systemFingerprint === null || it.systemFingerprint === baseline.systemFingerprint),
  )
}
