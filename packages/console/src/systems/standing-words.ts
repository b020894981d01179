import type { Standing } from '@afterai/client'
import {
  BadgeCheckIcon,
  CalendarClockIcon,
  CircleCheckIcon,
  ClockAlertIcon,
  ClockIcon,
  GitCompareArrowsIcon,
  type LucideIcon,
  MinusIcon,
  OctagonXIcon,
  UnplugIcon,
} from 'lucide-react'

/** Whether what runs may run, in a word. */
export type StandingName = Standing['standing']

/** Each standing's word, shape, and how grave it is. */
export const standingWords: Readonly<
  Record<
    StandingName,
    { readonly word: string; readonly icon: LucideIcon; readonly tone: 'wrong' | 'due' | 'right' | 'none' }
  >
> = {
  contrary: { word: 'Refused, yet running', icon: OctagonXIcon, tone: 'wrong' },
  condition_broken: { word: 'Condition broken', icon: UnplugIcon, tone: 'wrong' },
  deviating: { word: 'Not as decided', icon: GitCompareArrowsIcon, tone: 'wrong' },
  overdue: { word: 'Decision overdue', icon: ClockAlertIcon, tone: 'wrong' },
  review_due: { word: 'Review due', icon: CalendarClockIcon, tone: 'due' },
  awaiting: { word: 'Awaits a decision', icon: ClockIcon, tone: 'due' },
  authorised: { word: 'Authorised', icon: BadgeCheckIcon, tone: 'right' },
  accepted_baseline: { word: 'Accepted baseline', icon: CircleCheckIcon, tone: 'right' },
  exempt: { word: 'Needs no decision', icon: MinusIcon, tone: 'none' },
}
