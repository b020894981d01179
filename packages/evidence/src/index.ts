/** Placeholder until the first module lands. */
export const packageName = '@afterai/evidence'
