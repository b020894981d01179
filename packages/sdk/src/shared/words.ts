/** Where each word of the state lies. As constants of their own they take no room in the package. */
export const ready = 0
/** Chunks of the ring that the sender gave back, of all that it ever got. */
export const givenBack = 1
/** The state of the digest key: one of the three below. */
export const key = 2
export const keyBytes = 3
export const closed = 4
export const backingOff = 5
export const spooled = 6
export const skewMs = 7
/** How long the sender has listened to the server while the process ends. */
export const listenedMs = 8

export const keyUnknown = 0
export const keyKnown = 1
export const keyRefused = 2
