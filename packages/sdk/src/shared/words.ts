/** Where each word of the state lies. As constants of their own they take no room in the package. */
export const ready = 0
/** Chunks of the ring that the sender gave back, of all that it ever got. */
export const givenBack = 1
/** The state of the digest key: one of the three below. */
export const key = 2
/** How many bytes the digest key has. */
export const keyBytes = 3
/** Whether the sender has come to its end: 0 or 1. */
export const closed = 4
/** Whether the sender waits after failures: 0 or 1. */
export const backingOff = 5
/** Changes that wait on the disk. */
export const spooled = 6
/** How far the server's clock is ahead, in milliseconds. */
export const skewMs = 7
/** How long the sender has listened to the server while the process ends. */
export const listenedMs = 8

/** State of the digest key: not asked for, or not answered yet. */
export const keyUnknown = 0
/** State of the digest key: there. */
export const keyKnown = 1
/** State of the digest key: the server refuses it. */
export const keyRefused = 2
