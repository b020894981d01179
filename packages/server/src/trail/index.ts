export { type LoggedEvent, readLoggedEvents, readLogSize } from './logged-events.ts'
export { membersAt, type MemberThen, selectMemberEvents, selectMembersNow } from './members-at.ts'
export { createTrail } from './trail.ts'
