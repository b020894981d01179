import { z } from 'zod'
import { role } from './identity.ts'
import { policyView } from './policy.ts'
import { id, instant, name } from './primitives.ts'

/** The environment and instant for which approvers are asked for. */
export const approversQuery = z.strictObject({
  environment: name.default('production'),
  at: instant.optional().meta({ description: 'Then; left out: now.' }),
})

/** A person who could have approved, and under which rules of the policy. */
const possibleApprover = z.object({
  accountId: id,
  name: z.string().nullable().meta({ description: 'The name that they had then, as far as the trail tells it.' }),
  role,
  rules: z
    .array(
      z.object({
        rule: z.number().int().meta({ description: 'Its place in the policy; the first is 1.' }),
        function: z.enum(['approver', 'named_approver', 'delegate']).meta({
          description:
            '`approver`: their role lets them; `named_approver`: the policy names them; `delegate`: it names somebody who had them approve instead.',
        }),
      }),
    )
    .min(1),
})

/** Who could have approved a change of a system at an instant, and by which rules. */
export const approversView = z
  .object({
    system: name,
    environment: name,
    at: instant,
    policy: policyView.pick({ id: true, system: true, environment: true, version: true, rules: true, setAt: true }),
    people: z.array(possibleApprover),
  })
  .meta({ id: 'Approvers' })
/** Who could have approved a change of a system at an instant. */
export type Approvers = z.infer<typeof approversView>
