/** What was typed into a form's field, as it is; empty where there is no such field. */
export function typed(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
