import type { VerificationReport } from '@afterai/record'
import { Facts } from '../look/card.tsx'

/** What a verified decision says of itself. Of one that does not hold, nothing is shown that it says. */
export function RecordFacts({ report: { verdict, statement, position } }: { readonly report: VerificationReport }) {
  if (verdict !== 'valid' || statement === null) return null
  const { facts, kind } = statement
  const place = position && `${position.origin}, index ${position.index} of ${position.size}`
  return kind === 'pacr' ? (
    <Facts
      of={[
        [
          'Record',
          <code key="id" className="mono">
            {facts.recordId}
          </code>,
        ],
        [
          'Decided',
          `${facts.decision === 'act' ? 'to act' : 'not to act'} (${facts.decisionDetail.replaceAll('_', ' ')}), ${facts.decidedAt}`,
        ],
        ['Risk', facts.riskLevel],
        ['Sealed', facts.sealedAt],
        ['Log', place],
      ]}
    />
  ) : (
    <Facts
      of={[
        [
          'Event',
          <code key="id" className="mono">
            {facts.eventId}
          </code>,
        ],
        ['Action', `${facts.action} (${facts.outcome})`],
        ['At', facts.at],
        ['Log', place],
      ]}
    />
  )
}
