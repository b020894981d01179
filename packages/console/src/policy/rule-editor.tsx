import { TriangleAlertIcon } from 'lucide-react'
import type { Names } from '../identity/names.ts'
import { Button } from '../look/button.tsx'
import { Choices } from '../look/choices.tsx'
import { Select } from '../look/field.tsx'
import { Hours, Needs, type PartProps } from './rule-needs.tsx'
import styles from './policy.module.css'
import { type RuleDraft, ruleOptions } from './rule-draft.ts'
import { aboutWords, needWords, type Rule } from './rule-words.ts'

interface RuleEditorProps {
  readonly draft: RuleDraft
  readonly place: { readonly index: number; readonly isLast: boolean }
  readonly names: Names
  /** Why nobody could follow it as things are. */
  readonly warning: string | undefined
  readonly onChange: (rule: Rule) => void
  readonly onMove: () => void
  readonly onRemove: () => void
}

/** One rule of a policy to fill in, and beside it what it means in words. */
export function RuleEditor({ draft: { rule }, place, names, warning, ...on }: RuleEditorProps) {
  const { index, isLast } = place
  const { onChange, onMove, onRemove } = on
  const set = (part: Partial<Rule>) => onChange({ ...rule, ...part })
  const about = isLast ? aboutWords({}, index === 0) : aboutWords(withoutEmpty(rule), index === 0)
  return (
    <fieldset className={styles['editor']}>
      <legend className="unseen">Rule {index + 1}</legend>
      <div className={styles['editorHead']}>
        <b>
          {index + 1}. {about}
        </b>
        {isLast ? null : (
          <span>
            {index === 0 ? null : (
              <Button onClick={onMove} aria-label={`Move rule ${index + 1} up`}>
                Move up
              </Button>
            )}
            <Button onClick={onRemove} aria-label={`Remove rule ${index + 1}`}>
              Remove
            </Button>
          </span>
        )}
      </div>
      <div className={styles['editorBody']}>
        <div className={styles['fields']}>
          {isLast ? null : <About rule={rule} set={set} />}
          <Select
            label="It is decided"
            value={rule.decision}
            options={ruleOptions.decision}
            onChange={(decision) => set({ decision } as Partial<Rule>)}
          />
          {rule.decision === 'after' ? (
            <Hours
              label="Within hours"
              value={rule.withinHours}
              most={8760}
              set={(withinHours) => set({ withinHours })}
            />
          ) : null}
          {rule.decision === 'never' ? null : <Needs rule={rule} set={set} />}
          <Choices
            label="May declare an emergency"
            options={ruleOptions.emergencyRoles}
            chosen={rule.emergency.roles}
            onChange={(roles) => set({ emergency: { ...rule.emergency, roles } })}
          />
          {rule.emergency.roles.length === 0 ? null : (
            <Hours
              label="Then decided within hours"
              value={rule.emergency.withinHours}
              most={720}
              set={(withinHours) => set({ emergency: { ...rule.emergency, withinHours } })}
            />
          )}
        </div>
        <div className={styles['meaning']} role="status" aria-label={`What rule ${index + 1} means`}>
          <b>{about}</b>
          <ul>
            {needWords(rule, names).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {warning === undefined ? null : (
            <p className={styles['warning']}>
              <TriangleAlertIcon aria-hidden />
              {warning.charAt(0).toUpperCase() + warning.slice(1)}.
            </p>
          )}
        </div>
      </div>
    </fieldset>
  )
}

function About({ rule, set }: PartProps) {
  const isAny = aboutWords(withoutEmpty(rule), true) === 'Every change'
  return (
    <>
      <Choices
        label="Kinds of changes"
        hint="None ticked: any kind. A change of another kind besides isn’t meant."
        options={ruleOptions.changeTypes}
        chosen={rule.changeTypes ?? []}
        onChange={(changeTypes) => set({ changeTypes })}
      />
      <Choices
        label="Classes"
        options={ruleOptions.changeClasses}
        chosen={rule.changeClasses ?? []}
        onChange={(changeClasses) => set({ changeClasses })}
      />
      <Choices
        label="Severities that somebody stated"
        options={ruleOptions.severities}
        chosen={rule.severities ?? []}
        onChange={(severities) => set({ severities })}
        error={isAny ? 'Nothing is ticked: it fits every change, and no rule below it counts.' : undefined}
      />
    </>
  )
}

function withoutEmpty({ changeTypes, changeClasses, severities }: Rule): Parameters<typeof aboutWords>[0] {
  return {
    ...(changeTypes === undefined || changeTypes.length === 0 ? {} : { changeTypes }),
    ...(changeClasses === undefined || changeClasses.length === 0 ? {} : { changeClasses }),
    ...(severities === undefined || severities.length === 0 ? {} : { severities }),
  }
}
