import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a module in a process of its own, which is what having another engine takes; gives what it prints. */
export async function runModule(
  folder: string,
  source: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const argv = ['--input-type=module', '--eval', source]
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: folder, env: { ...process.env, ...env } })
  return stdout
}
