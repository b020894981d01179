import { expect, test } from 'vitest'
import { toCard } from './card-form.ts'

function formOf(values: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(values)) form.append(name, value)
  return form
}

test('what was left empty is said by nobody, and a regime once', () => {
  const form = formOf({
    purpose: ' ',
    regimes: 'eu-finance, own  eu-finance,',
    vendor: ' Acme ',
  })
  expect(toCard(form, { owner: '', roles: ['deployer'], basedOn: 3 })).toEqual({
    purpose: null,
    owner: null,
    roles: ['deployer'],
    riskClass: null,
    regimes: ['eu-finance', 'own'],
    dataClass: null,
    vendor: 'Acme',
    basedOn: 3,
  })
})

test('an owner is a person by their account, or a team by its name', () => {
  const form = formOf({ team: 'Customer care' })
  expect(toCard(form, { owner: 'team', roles: [], basedOn: 0 }).owner).toEqual({ kind: 'team', name: 'Customer care' })
  expect(toCard(form, { owner: 'an-id', roles: [], basedOn: 0 }).owner).toEqual({ kind: 'person', accountId: 'an-id' })
})
