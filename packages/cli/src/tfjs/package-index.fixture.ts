import { createHash } from 'node:crypto'
import { readdir, readFile, rename } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../run/cli.fixture.ts'
import { fillFrom, packTensorflow } from './engine.fixture.ts'

/** A package index with one wheel. */
export interface Index {
  readonly url: string
  readonly wheel: string
  /** How often it was asked for something. */
  requests(): number
  /** Has no wheel from now on. */
  forget(): void
}

/** Serves one wheel with an engine of a few lines as pip asks for it; `hash` in the place of its SHA-256. */
export async function packageIndex(hash?: string): Promise<Index> {
  const wheel = await packTensorflow(await fillFrom(await temporaryFolder()), await temporaryFolder())
  const bytes = await readFile(wheel)
  const link = `/${basename(wheel)}#sha256=${hash ?? createHash('sha256').update(bytes).digest('hex')}`
  let count = 0
  let page = `<a href="${link}">${basename(wheel)}</a>`
  const url = await serve((request, response) => {
    count++
    const isPage = request.url?.startsWith('/simple/')
    response.writeHead(200, { 'content-type': isPage ? 'text/html' : 'application/octet-stream' })
    response.end(isPage ? page : bytes)
  })
  const forget = (): void => {
    page = ''
  }
  return { url, wheel, requests: () => count, forget }
}

/** A package index of several wheels, by their own hashes. */
export interface WheelIndex {
  readonly url: string
  /** The distributions whose wheels were asked for, in order, as file names spell them. */
  requested(): readonly string[]
  /** Does not answer for wheels whose names begin so. */
  hold(start: string | undefined): void
}

/** Serves the wheels of a folder, which are moved out of it. */
export async function wheelIndex(folder: string): Promise<WheelIndex> {
  const own = await temporaryFolder()
  for (const name of (await readdir(folder)).filter((name) => name.endsWith('.whl')))
    await rename(join(folder, name), join(own, name))
  const names = await readdir(own)
  const requested: string[] = []
  let held: string | undefined
  const url = await serve(async (request, response) => {
    const [, kind, last = ''] = (request.url ?? '').split('/')
    if (kind === 'simple') {
      const links = names.filter((name) => name.startsWith(`${last.replaceAll('-', '_')}-`))
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(links.map((name) => `<a href="/wheels/${name}">${name}</a>`).join('\n'))
      return
    }
    requested.push(last.split('-')[0] as string)
    if (held === undefined || !last.startsWith(held)) response.end(await readFile(join(own, last)))
  })
  const hold = (start: string | undefined): void => {
    held = start
  }
  return { url: `${url}simple`, requested: () => requested, hold }
}

/** The address of a server that ends with the test. */
export async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
