/** Where each count lies. Only ever added to, by either thread. As constants of their own they take no room in the package. */
export const delivered = 0
/** Of records that held what they may not. */
export const invalid = 1
/** Of records that found the ring full, or were the oldest in it. */
export const overflow = 2
/** Of records that the server refused. */
export const refused = 3
/** Of records that came after the end. */
export const closed = 4
/** Of requests that were sent again. */
export const retries = 5
/** Of changes that an earlier process left on the disk, and this one takes on. */
export const replayed = 6
/** Of all that was dropped what the server knows. */
export const reported = 7
