const programs: readonly (readonly [RegExp, string])[] = [
  [/^afterai\//, 'afterai'],
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(Headless)?Chrom(e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Mac OS X|darwin/, 'macOS'],
  [/Windows|win32/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/i, 'Linux'],
]

/** Labels a `User-Agent` for a list of sessions: by names that we know, never by its text, which whoever asks can choose. */
export function deviceLabel(userAgent: string | undefined): string | null {
  if (userAgent === undefined) return null
  const nameIn = (table: typeof programs): string | undefined => table.find(([pattern]) => pattern.test(userAgent))?.[1]
  const [program, system] = [nameIn(programs), nameIn(systems)]
  if (program === undefined) return system === undefined ? null : `something on ${system}`
  return system === undefined ? program : `${program} on ${system}`
}
