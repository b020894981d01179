import type { Standing } from '@afterai/client'

/** Why something may run or may not, as the gate and every standing name it. */
export type RulingCause = Standing['cause']

/** What comes of it: nothing, another decision, the first one, or going back to what may run. */
export type RulingAct = 'nothing' | 'decide_again' | 'decide' | 'go_back'

/** Each cause in words: in short, as a title, what it means, and what comes of it. The one place where pages have them from. */
export const rulingWords: Readonly<
  Record<
    RulingCause,
    { readonly word: string; readonly title: string; readonly means: string; readonly act: RulingAct }
  >
> = {
  recorded: {
    word: 'Decided',
    title: 'It may run',
    means: 'A sealed record says so.',
    act: 'nothing',
  },
  accepted: {
    word: 'Accepted',
    title: 'It may run',
    means: 'It was accepted as it runs.',
    act: 'nothing',
  },
  standard: {
    word: 'Standard change',
    title: 'It may run',
    means: 'It lies inside an envelope of standard changes.',
    act: 'nothing',
  },
  not_needed: {
    word: 'Needs no decision',
    title: 'It may run',
    means: 'The policy asks for no decision on it.',
    act: 'nothing',
  },
  emergency: {
    word: 'Emergency',
    title: 'It may run for now',
    means: 'Somebody declared an emergency. It has to be decided afterwards.',
    act: 'decide',
  },
  refused: {
    word: 'Refused',
    title: 'It must not run',
    means: 'A sealed record refuses it.',
    act: 'go_back',
  },
  condition_broken: {
    word: 'Condition broken',
    title: 'A condition is broken',
    means: 'It was decided under a condition that doesn’t hold any more.',
    act: 'decide_again',
  },
  review_passed: {
    word: 'Review due',
    title: 'Its review is due',
    means: 'The day has passed by which its record was to be looked at again.',
    act: 'decide_again',
  },
  approval_ended: {
    word: 'Approval ended',
    title: 'Its approval has ended',
    means: 'The policy lets an approval hold for so long, and that time is over.',
    act: 'decide_again',
  },
  assessed_again: {
    word: 'New evidence',
    title: 'It was assessed again',
    means: 'There is an assessment that came after its record was sealed: nobody has decided on what that found.',
    act: 'decide_again',
  },
  starts_elsewhere: {
    word: 'Starts elsewhere',
    title: 'What it starts from has changed',
    means: 'It was decided for a change from something that doesn’t run any more.',
    act: 'decide_again',
  },
  deviates: {
    word: 'Not as decided',
    title: 'It runs otherwise than decided',
    means: 'What runs differs from what was decided.',
    act: 'decide',
  },
  undecided: {
    word: 'Undecided',
    title: 'Nobody has decided on it',
    means: 'Nothing that was decided covers it.',
    act: 'decide',
  },
}

/** Causes of which the server's own sentence tells more than what they mean: what was found, who declared what, what differs. */
const told: readonly RulingCause[] = ['condition_broken', 'emergency', 'deviates']

/** Why it is so, as a sentence. */
export function whyWords(cause: RulingCause, reason: string): string {
  if (!told.includes(cause)) return rulingWords[cause].means
  const text = reason.charAt(0).toUpperCase() + reason.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
