/** A receiver of progress that writes a line at the start, at the end and about once a second in between. */
export function reportProgress(
  name: string,
  write: (line: string) => void,
): (received: number, total: number | undefined) => void {
  let last = Number.NEGATIVE_INFINITY
  return (received, total) => {
    const now = performance.now()
    if (received !== total && now - last < 1000) return
    last = now
    const share = total ? ` of ${megabytes(total)} (${Math.floor((100 * received) / total)} %)` : ''
    write(`Downloading ${name}: ${megabytes(received)}${share}`)
  }
}

/** What nobody should overlook: the digits are not MNIST, why, and how to get the real ones. */
export function syntheticNotice(reason: string, cache: string): string {
  return boxed([
    'THESE ARE NOT THE MNIST DIGITS',
    '',
    'MNIST could not be had, so this run trains and tests on generated digits.',
    'They are easier: accuracies do not compare with published ones.',
    '',
    ...reason.split('\n'),
    '',
    'To use MNIST, put the four files (train-images-idx3-ubyte.gz and so on) into',
    cache,
    'or name a folder that has them with --data DIR or the variable MNIST_DIR.',
    'To use generated digits on purpose: --data synthetic.',
  ])
}

function boxed(paragraphs: readonly string[]): string {
  const lines = paragraphs.flatMap(wrap)
  const width = Math.max(...lines.map((line) => line.length))
  const bar = '═'.repeat(width + 4)
  const body = lines.map((line) => `║  ${line.padEnd(width)}  ║`)
  return [`╔${bar}╗`, ...body, `╚${bar}╝`].join('\n')
}

/** Cuts at spaces to at most 76 characters; a longer word, such as a path, stays whole to be copied. */
function wrap(text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > 76) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
