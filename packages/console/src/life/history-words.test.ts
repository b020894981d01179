import { expect, test } from 'vitest'
import { toldOf } from './history-words.ts'

const actorName = 'Cy Mbeki'

test.each([
  ['assessment.create', 'Two evaluations were compared: material regression.', ': much worse.'],
  ['change.open', 'It was opened: manual.', ': recorded by hand.'],
  ['decision.propose', 'A decision was proposed: approve with conditions.', ': to go ahead, under conditions.'],
  ['change.confirm', 'It was confirmed.', '.'],
  [
    'change.declare_emergency',
    'An emergency was declared: it has to run before it can be decided.',
    ': it has to run before it can be decided.',
  ],
])('%s is told in the words of the page', (action, text, after) => {
  expect(toldOf({ action, text, actorName })).toEqual({ before: text.split(/[:.]/)[0], by: actorName, after })
})

test('an action that the page knows no words for is told as the server does', () => {
  expect(toldOf({ action: 'change.other', text: 'change.other', actorName: null })).toEqual({
    before: 'change.other',
    by: '',
    after: '.',
  })
})
