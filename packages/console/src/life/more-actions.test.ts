import { expect, test } from 'vitest'
import { type MoreAction, moreActions, type Standing } from './more-actions.ts'

interface Given {
  readonly change?: Partial<Standing['change']>
  readonly life?: Partial<Standing['life']>
  readonly reader?: Partial<Standing['reader']>
  readonly decision?: 'proposed' | 'approved' | 'rejected'
  readonly may?: boolean
}

function actions({ change, life, reader, decision, may = true }: Given): MoreAction[] {
  const standing: Standing = {
    change: { status: 'confirmed', after: {}, ...change },
    life: { stage: 'planned', running: 'not_yet', decision: 'undecided', ...life },
    reader: { mayPropose: may, mayAssess: may, mayDeclareEmergency: may, ...reader },
    decisions: decision === undefined ? [] : [{ status: decision }],
  }
  return moreActions(standing, () => may)
}

test('nothing is offered to who may only read, nor of what is dismissed', () => {
  expect(actions({ may: false })).toEqual([])
  expect(actions({ change: { status: 'dismissed' } })).toEqual([])
})

test('only what nobody has confirmed yet can be merged away', () => {
  expect(actions({ change: { status: 'pending' } })).toContain('merge')
  expect(actions({})).not.toContain('merge')
})

test('it can be decided again once it was decided, not while a decision is open', () => {
  expect(actions({ decision: 'approved' })).toContain('decide_again')
  expect(actions({ decision: 'rejected' })).toContain('decide_again')
  expect(actions({ decision: 'proposed' })).not.toContain('decide_again')
  expect(actions({ decision: 'approved', reader: { mayPropose: false } })).not.toContain('decide_again')
})

test('people say that something runs or ended only of what no observation can tell of', () => {
  expect(actions({ change: { after: null } })).toContain('implemented')
  expect(actions({ change: { after: null }, life: { running: 'runs' } })).toContain('ended')
  expect(actions({ life: { running: 'runs' } })).not.toContain('ended')
  expect(actions({})).not.toContain('implemented')
})

test('of what is closed, only what it is to regulators can still be said', () => {
  expect(actions({ decision: 'approved', change: { after: null }, life: { stage: 'closed' } })).toEqual(['determine'])
})

test('an emergency is offered as the policy has it', () => {
  expect(actions({})).toContain('emergency')
  expect(actions({ reader: { mayDeclareEmergency: false } })).not.toContain('emergency')
})
