import { writeFileSync } from 'node:fs'
import { env, resourceUsage } from 'node:process'

/** Loaded into a command line before it starts: where `AFTERAI_BENCH_PEAK` names a file, it holds the peak of the process' memory in KiB once the process has ended. */
process.once('exit', () => {
  if (env['AFTERAI_BENCH_PEAK'] !== undefined) writeFileSync(env['AFTERAI_BENCH_PEAK'], String(resourceUsage().maxRSS))
})
