import { interruptible } from '@lockstep/core/node'
import { Command, InvalidArgumentError, Option } from 'commander'
import { allCandidates, type Candidate } from '../doctor/candidates.ts'
import { tolerance } from '../doctor/compare-losses.ts'
import { examine, type Row } from '../doctor/examine.ts'
import { showMachine, thisMachine } from '../doctor/machine.ts'
import { parseCandidate } from '../doctor/parse-candidate.ts'
import { printRows } from '../doctor/print-rows.ts'
import { terminalSteps } from '../run/steps.ts'

interface Options {
  readonly json: boolean
  /** Backends; all when it is empty. */
  readonly only: readonly string[]
  readonly also: readonly Candidate[]
  readonly timeout: number
}

const backends = [...new Set(allCandidates.map(({ backend }) => backend))]

/** `lockstep doctor`: which backends, engines and devices work here. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Trains a small model on every engine and device, and says which work, which do not, and what to do.')
    .option('--json', 'print everything as JSON', false)
    .addOption(new Option('--only <backend...>', 'try these alone').choices(backends).default([], 'all'))
    .option('--also <module#factory>', 'try a backend of your own, too; may be repeated', also, [])
    .option('--timeout <seconds>', 'how long one engine may take', seconds, 120)
    .addHelpText('after', '\nThe exit code is 1 when an engine that is installed fails or computes something else.')
    .action(run)
}

async function run({ json, only, also: others, timeout }: Options): Promise<void> {
  const machine = thisMachine()
  const steps = terminalSteps()
  if (!json) console.log(`${showMachine(machine)}\n`)
  const ours = allCandidates.filter(({ backend }) => only.length === 0 || only.includes(backend))
  const candidates = [...ours, ...others]
  const rows = await interruptible((signal) => examine(candidates, { steps, timeoutMs: timeout * 1000, signal }))
  console.log(json ? JSON.stringify({ machine, tolerance, rows }, null, 2) : `\n${printRows(rows)}`)
  if (rows.some(isBroken)) process.exitCode = 1
}

function isBroken({ status }: Row): boolean {
  return status === 'wrong' || status === 'fails'
}

function also(text: string, before: readonly Candidate[]): readonly Candidate[] {
  return [...before, parseCandidate(text)]
}

function seconds(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected seconds above 0.')
}
