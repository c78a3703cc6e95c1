/**
 * Preloaded into every rank: keeps it to its share of the cores, and ends it when its launcher has vanished, however that
 * ended, so that nothing is left to train for nobody. On other machines the launcher is the other end of standard input.
 */
import { bindToShare } from './bind-cores.ts'

bindToShare(process.env)

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
