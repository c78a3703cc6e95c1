/**
 * Preloaded into every rank: ends the process when its launcher has vanished, however that ended, so that nothing is
 * left to train for nobody. On other machines the launcher is the other end of standard input.
 */
const launcher = process.ppid

if (process.env['LOCKSTEP_GUARD'] === 'stdin') {
  process.stdin.on('end', end).on('error', end).resume()
  ;(process.stdin as { unref?: () => void }).unref?.()
}
setInterval(() => {
  if (process.ppid !== launcher) end()
}, 500).unref()

function end(): void {
  process.kill(process.pid, 'SIGKILL')
}
