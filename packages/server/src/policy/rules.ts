import { approvalRule, type ChangeFacts, type PolicyRule, policyRule } from '@afterai/contract'

/** The rules that hold where nobody set any: decided within seven days after it runs, by one other person; an assessment is wanted. */
export const defaultRules: readonly PolicyRule[] = [policyRule.parse({ decision: 'after', withinHours: 168 })]

/** What a rule looks at of a change. */
export type RuledChange = Pick<ChangeFacts, 'changeTypes' | 'changeClass'> & {
  readonly severity: NonNullable<ChangeFacts['risk']>['severity'] | null
}

/** What runs without a change that led to it: no rule for particular changes is about it. */
export const noChange: RuledChange = { changeTypes: [], changeClass: 'normal', severity: null }

/** The first rule that fits a change. The last fits every change, as the contract insists. */
export function ruleFor(rules: readonly PolicyRule[], change: RuledChange): PolicyRule {
  const rule = rules.find((it) => isAbout(it, change))
  if (rule === undefined) throw new Error('a policy has no rule for every change')
  return rule
}

function isAbout({ changeTypes, changeClasses, severities }: PolicyRule, change: RuledChange): boolean {
  const { severity } = change
  const isOfTypes =
    changeTypes === undefined ||
    // A change of two kinds takes the rule of neither alone.
    (change.changeTypes.length > 0 && change.changeTypes.every((it) => changeTypes.includes(it)))
  return (
    isOfTypes &&
    (changeClasses === undefined || changeClasses.includes(change.changeClass)) &&
    (severities === undefined || (severity !== null && severities.includes(severity)))
  )
}

/** Rules, and where they hold: everywhere, in an environment of every system, in a system, or in one environment of it. */
export interface Scoped {
  readonly systemId: string | null
  readonly environment: string | null
  readonly version: number
  readonly setAt: Date
  readonly rules: readonly PolicyRule[]
}

/**
 * The rules that held in an environment of a system at an instant: those that are most particular.
 * @param policies of each scope the newest version first
 */
export function rulesIn(
  policies: readonly Scoped[],
  { systemId, environment }: { readonly systemId: string; readonly environment: string },
  at: Date,
): Pick<Scoped, 'version' | 'rules'> {
  const scopes = [
    { systemId, environment },
    { systemId, environment: null },
    { systemId: null, environment },
    { systemId: null, environment: null },
  ]
  for (const scope of scopes) {
    const found = policies.find(
      (it) => it.systemId === scope.systemId && it.environment === scope.environment && it.setAt <= at,
    )
    if (found !== undefined) return found
  }
  return { version: 0, rules: defaultRules }
}

/** The rule of decisions that were proposed before there were others. */
export const firstRule: PolicyRule = { ...policyRule.parse({ decision: 'after' }), approvals: approvalRule.parse({}) }
