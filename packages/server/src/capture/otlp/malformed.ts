/** The body isn't what its media type says. The message names a place or a rule, never a part of the body. */
export class MalformedBody extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MalformedBody'
  }
}
