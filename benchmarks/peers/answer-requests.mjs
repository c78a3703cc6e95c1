import { createInterface } from 'node:readline'

/** Answers requests on standard input, one JSON object a line (src/train/protocol.ts), with what the command's handler returns. */
export async function answerRequests(handlers) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(handlers, line))}\n`)
  }
}

async function answer(handlers, line) {
  try {
    const { command, ...ask } = JSON.parse(line)
    return { ok: true, ...(await handlers[command](ask)) }
  } catch (error) {
    return { ok: false, error: error.stack }
  }
}
