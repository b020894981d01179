import type { Change, Operations } from '@afterai/client'

type Risk = NonNullable<Change['risk']>

/** What a person chose; no severity: they say nothing of the risk. */
export interface RiskChoice {
  readonly severity: Risk['severity'] | ''
  readonly blastRadius: Risk['blastRadius']
  readonly customerImpact: Risk['customerImpact']
}

/** The answers that there are. */
export const riskOptions = {
  severity: [
    { value: '', label: 'Not said' },
    { value: 'low', label: 'Low' },
    { value: 'medium', label: 'Medium' },
    { value: 'high', label: 'High' },
    { value: 'critical', label: 'Critical' },
  ],
  blastRadius: [
    { value: 'unknown', label: 'Unknown' },
    { value: 'single_route', label: 'One route' },
    { value: 'single_app', label: 'One application' },
    { value: 'portfolio', label: 'Several applications' },
  ],
  customerImpact: [
    { value: 'unknown', label: 'Unknown' },
    { value: 'none', label: 'Nothing' },
    { value: 'minor', label: 'A little' },
    { value: 'material', label: 'A lot' },
  ],
} as const

/** The choice as the API takes it. */
export function toRisk({ severity, ...rest }: RiskChoice): Operations['confirmChange']['body'] {
  return severity === '' ? {} : { risk: { severity, ...rest } }
}
