/** Preloaded into a server that a test starts: an error that nothing catches, thrown on SIGUSR2 or, by `UNFORESEEN`, a promise's. */
process.on('SIGUSR2', () => {
  const error = new TypeError('canary-prompt-71 of somebody')
  // oxlint-disable-next-line node/no-process-env -- a test's own variable
  if (process.env['UNFORESEEN'] !== 'rejection') throw error
  void Promise.reject(error)
})
