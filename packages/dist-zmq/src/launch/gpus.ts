import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The NVIDIA GPUs of this machine, as `CUDA_VISIBLE_DEVICES` names them; those that it leaves visible where it is set. */
export async function visibleGpus(env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const chosen = env['CUDA_VISIBLE_DEVICES']
  if (chosen !== undefined) return chosen.split(',').filter((id) => id.trim() !== '' && id !== '-1')
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader'], {
      timeout: 10_000,
    })
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^\d+$/.test(line))
  } catch {
    // Without the driver's tool there is no driver, and without a driver no GPU to divide.
    return []
  }
}
