import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { Wheel } from './wheel.ts'

/** What a wheel of a few files is made with. */
export interface PackOptions {
  /** Lines of its METADATA. */
  readonly metadata?: readonly string[]
  /** Its file name's last part; default: any Python on this kind of machine. */
  readonly tag?: string
  /** A file that is changed after it was hashed. */
  readonly damage?: string
}

/** Packs files, by name in the wheel, into a wheel in a folder; returns its path. */
export async function packWheel(
  { distribution, version }: Wheel,
  files: Readonly<Record<string, Buffer>>,
  into: string,
  { metadata = [], tag = `py3-none-${anyLinux}`, damage }: PackOptions = {},
): Promise<string> {
  const stem = `${distribution.replaceAll('-', '_')}-${version}`
  const info = `${stem}.dist-info`
  const head = ['Metadata-Version: 2.1', `Name: ${distribution}`, `Version: ${version}`, ...metadata]
  const entries = new Map<string, Buffer>([
    [`${info}/METADATA`, Buffer.from(`${head.join('\n')}\n`)],
    [`${info}/WHEEL`, Buffer.from(`Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: ${tag}\n`)],
    ...Object.entries(files),
  ])
  const record = [...entries].map(([name, bytes]) => `${name},sha256=${sha256(bytes)},${bytes.length}`)
  const damaged = damage === undefined ? undefined : entries.get(damage)
  if (damage !== undefined && damaged !== undefined) entries.set(damage, Buffer.concat([damaged, Buffer.of(1)]))
  entries.set(`${info}/RECORD`, Buffer.from(`${record.join('\r\n')}\r\n${info}/RECORD,,\r\n`))
  await mkdir(into, { recursive: true })
  const path = join(into, `${stem}-${tag}.whl`)
  const zip = new ZipFile()
  for (const [name, bytes] of entries) zip.addBuffer(bytes, name)
  zip.end()
  await finished(zip.outputStream.pipe(createWriteStream(path)))
  return path
}

/** The platform in file names of wheels for this kind of machine. */
export const anyLinux: string = `linux_${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}`

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url')
}
