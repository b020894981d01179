/** Where each count lies. Only ever added to, by either thread. As constants of their own they take no room in the package. */
export const delivered = 0
export const invalid = 1
export const overflow = 2
export const refused = 3
export const closed = 4
export const retries = 5
export const replayed = 6
/** Of all that was dropped what the server knows. */
export const reported = 7
