import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { LockstepError } from '@lockstep/core'

const require = createRequire(import.meta.url)

const fileNames: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime.so.1',
  darwin: 'libonnxruntime.1.dylib',
  win32: 'onnxruntime.dll',
}

/** Installs without the download of CUDA libraries, which fails behind firewalls and takes the installation with it. */
export const installCommand = 'npm install --ignore-scripts onnxruntime-node@1.30.0'

/** The error of an installation that lacks onnxruntime-node. */
export function onnxRuntimeMissing(cause: unknown): LockstepError<'unavailable'> {
  return new LockstepError(
    'unavailable',
    { what: 'onnxruntime-node', remedy: installCommand },
    `the package onnxruntime-node cannot be loaded (${messageOf(cause)}); install it with: ${installCommand}`,
    { cause },
  )
}

/** The path of ONNX Runtime's shared library inside the package onnxruntime-node, for this platform. */
export function nativeLibraryPath(): string {
  const path = join(
    packageFolder(),
    'bin',
    'napi-v6',
    process.platform,
    process.arch,
    fileNames[process.platform] ?? '',
  )
  if (fileNames[process.platform] !== undefined && existsSync(path)) return path
  const platform = `${process.platform}/${process.arch}`
  throw new LockstepError(
    'unavailable',
    { what: `ONNX Runtime for ${platform}`, remedy: 'use a platform that onnxruntime-node is published for' },
    `onnxruntime-node holds no library for ${platform}; it is published for linux and win32 on x64 and arm64, and darwin on arm64`,
  )
}

/** The version of the package, which is that of the library inside. */
export function onnxRuntimeVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string }
  return version
}

function packageFolder(): string {
  try {
    return dirname(require.resolve('onnxruntime-node/package.json'))
  } catch (cause) {
    throw onnxRuntimeMissing(cause)
  }
}

/** The text of whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0] ?? text
}
