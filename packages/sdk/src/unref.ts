/** Lets a process end although this timer runs. Other run times have no such thing, nor need for it. */
export function unref(timer: unknown): void {
  ;(timer as { unref?: () => void }).unref?.()
}
