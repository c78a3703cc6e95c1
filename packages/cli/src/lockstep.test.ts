import { describe, expect, test } from 'vitest'
import { lockstep, temporaryFolder } from './run/cli.fixture.ts'

describe('lockstep', () => {
  test('--help lists the commands, and every command has help', async () => {
    const { code, stdout } = await lockstep(['--help'])
    expect(code).toBe(0)
    for (const command of ['doctor', 'devices', 'setup']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
      const help = await lockstep([command, '--help'])
      expect(help.stdout).toContain(`Usage: lockstep ${command}`)
    }
  })

  test.each([
    [['docter'], "error: unknown command 'docter'\n(Did you mean doctor?)"],
    [['setup', 'tfsj'], "error: unknown command 'tfsj'\n(Did you mean tfjs?)"],
    [['doctor', '--jsn'], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    [['setup', 'tfjs', '--source', 'weel'], 'Allowed choices are auto, installer, wheel.'],
    [['doctor', '--timeout', '0'], 'Expected seconds above 0.'],
    [['doctor', '--also', './x.js'], 'lockstep: --also ./x.js: expected module#factory'],
    [['doctor', '--also', 'no-such-package#x'], 'there is no package no-such-package here'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr, stdout } = await lockstep(args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  test('what a user can mend is said in one message; --verbose adds the stack', async () => {
    const args = ['setup', 'tfjs', '--from', await temporaryFolder(), '--source', 'installer']
    const env = { LOCKSTEP_CACHE_DIR: await temporaryFolder() }
    const brief = await lockstep(args, env)
    expect(brief.stderr).toBe(
      'lockstep: --from and --source installer exclude each other: the installer downloads; leave out one of them\n',
    )
    expect((await lockstep([...args, '--verbose'], env)).stderr).toContain('    at ')
    expect((await lockstep(args, { ...env, DEBUG: 'lockstep' })).stderr).toContain('    at ')
  })

  test('devices lists those of every engine that is installed', async () => {
    const { code, stdout } = await lockstep(['devices'])
    expect(stdout).toMatch(/^reference {2}float64 +cpu:0 +float64 interpreter +Lockstep reference$/m)
    expect(stdout).toMatch(/^onnx +c-api +cpu:0 +[\d.]+ GiB .+ONNX Runtime [\d.]+ \(C API\)$/m)
    expect(code).toBe(0)
  })
})
