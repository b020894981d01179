import { PeoplePicker } from '../identity/people-picker.tsx'
import { Choices } from '../look/choices.tsx'
import { Field, Select } from '../look/field.tsx'
import { ruleOptions } from './rule-draft.ts'
import type { Rule } from './rule-words.ts'

/** A part of the form of a rule: the rule as it is, and how it is altered. */
export interface PartProps {
  readonly rule: Rule
  readonly set: (part: Partial<Rule>) => void
}

/** What a rule asks for before something is decided: evidence, who agrees, and for how long. */
export function Needs({ rule, set }: PartProps) {
  const { approvals } = rule
  const agree = (part: Partial<Rule['approvals']>) => set({ approvals: { ...approvals, ...part } })
  const isOfPeople = approvals.ruleType === 'majority_approval' || approvals.ruleType === 'unanimous_approval'
  return (
    <>
      <Select
        label="An assessment is"
        value={rule.assessment}
        options={ruleOptions.assessment}
        onChange={(assessment) => set({ assessment } as Partial<Rule>)}
      />
      <Select
        label="Who agrees"
        value={approvals.ruleType}
        options={ruleOptions.ruleType}
        onChange={(ruleType) =>
          agree({ ruleType, quorum: ruleType === 'custom' ? 2 : 1 } as Partial<Rule['approvals']>)
        }
      />
      {approvals.ruleType === 'custom' ? (
        <Hours label="How many agree" value={approvals.quorum} most={20} set={(quorum) => agree({ quorum })} />
      ) : null}
      {approvals.people.length > 0 || isOfPeople ? null : (
        <Choices
          label="By their role"
          options={ruleOptions.approverRoles}
          chosen={approvals.roles}
          onChange={(roles) => agree({ roles })}
          error={approvals.roles.length === 0 ? 'Tick one at least, or name people.' : undefined}
        />
      )}
      <PeoplePicker
        label={isOfPeople ? 'These people' : 'Or certain people'}
        permission="decision:approve"
        chosen={approvals.people}
        onChange={(people) => agree({ people })}
        error={isOfPeople && approvals.people.length === 0 ? 'Name the people who are to agree.' : undefined}
      />
      <Choices
        label="Who may approve besides"
        options={exceptions}
        chosen={exceptions.map(({ value }) => value).filter((name) => approvals[name])}
        onChange={(chosen) => agree(Object.fromEntries(exceptions.map(({ value }) => [value, chosen.includes(value)])))}
      />
      <Field
        label="Days for which an approval holds"
        hint="Empty: until its review, where it has one."
        type="number"
        min={1}
        max={3650}
        value={rule.validDays ?? ''}
        onChange={({ target }) =>
          set({ validDays: target.value === '' ? undefined : Number(target.value) } as Partial<Rule>)
        }
      />
    </>
  )
}

const exceptions = [
  { value: 'allowSelfApproval', label: 'who proposed it' },
  { value: 'requesterMayApprove', label: 'who opened or planned it' },
  { value: 'implementerMayApprove', label: 'who said that it runs' },
] as const

interface HoursProps {
  readonly label: string
  readonly value: number
  readonly most: number
  readonly set: (value: number) => void
}

/** A whole number that has to be there. */
export function Hours({ label, value, most, set }: HoursProps) {
  return (
    <Field
      label={label}
      type="number"
      required
      min={1}
      max={most}
      value={value === 0 ? '' : value}
      onChange={({ target }) => set(Number(target.value))}
    />
  )
}
