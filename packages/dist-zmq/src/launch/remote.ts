import { readFileSync } from 'node:fs'
import { memoryVariables, threadVariables } from './environment-of-rank.ts'
import type { RankPlace } from './hosts.ts'
import type { RankCommand } from './rank-process.ts'
import type { StartOptions } from './start-ranks.ts'

interface RemoteOptions extends Pick<StartOptions, 'command' | 'keyFile' | 'remoteShell'> {
  readonly host: string
  readonly variables: Readonly<Record<string, string>>
}

const ssh: readonly string[] = [
  'ssh',
  '-o',
  'BatchMode=yes',
  '-o',
  'ServerAliveInterval=5',
  '-o',
  'ServerAliveCountMax=2',
]

/**
 * The command that runs a rank on another machine, which has the same files at the same paths: through a remote shell,
 * in this working folder. The key goes through standard input to a file that only its owner can read and that ends with
 * the rank; cores and GPUs are counted over there.
 */
export function remoteCommand(place: RankPlace, options: RemoteOptions): Omit<RankCommand, 'env'> {
  const { host, command, keyFile, remoteShell = ssh, variables } = options
  const [program = 'ssh', ...args] = remoteShell
  const assignments = Object.entries({ ...memoryVariables, ...variables, LOCKSTEP_GUARD: 'stdin' })
  const script = [
    `cd ${quoted(process.cwd())} || exit`,
    `export ${assignments.map(([name, value]) => `${name}=${quoted(value)}`).join(' ')}`,
    ...shareScript(place),
    ...(keyFile === undefined ? [] : keyScript),
    // The shell stays, to take the key away.
    [command.program, ...command.args].map(quoted).join(' '),
  ].join('; ')
  const key = keyFile === undefined ? '' : `${readFileSync(keyFile, 'utf8').trim()}\n`
  return { program, args: [...args, host, `sh -c ${quoted(script)}`], input: key }
}

const keyScript = [
  'umask 077',
  'LOCKSTEP_KEY_FILE=$(mktemp) || exit',
  'export LOCKSTEP_KEY_FILE',
  `trap 'rm -f "$LOCKSTEP_KEY_FILE"' EXIT`,
  'IFS= read -r key',
  `printf '%s\\n' "$key" > "$LOCKSTEP_KEY_FILE"`,
]

function shareScript({ localRank, localWorldSize }: RankPlace): string[] {
  return [
    `threads=$(( $(nproc 2>/dev/null || echo 1) / ${localWorldSize} ))`,
    '[ "$threads" -ge 1 ] || threads=1',
    ...threadVariables.map((name) => `export ${name}="\${${name}:-$threads}"`),
    'gpus=$(nvidia-smi --query-gpu=index --format=csv,noheader 2>/dev/null | grep -c "^[0-9]")',
    `[ "$gpus" -eq 0 ] || export CUDA_VISIBLE_DEVICES=$(( ${localRank} % gpus ))`,
  ]
}

/** As one word of a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
