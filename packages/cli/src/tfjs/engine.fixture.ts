import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { anyLinux, packWheel } from '../wheels/pack-wheel.fixture.ts'
import { cpuVariant, gpuVariant, type Variant } from './variant.ts'

/**
 * An engine of a few lines in the place of tfjs-node and TensorFlow, laid out as they are: a package whose binding is
 * compiled against two shared libraries, which say a version.
 */
const files: Readonly<Record<string, string>> = {
  'node_modules/@tensorflow/tfjs-node/package.json': '{ "name": "@tensorflow/tfjs-node", "main": "index.js" }',
  'node_modules/@tensorflow/tfjs-node/index.js': `
    const binding = require('./lib/napi-v8/tfjs_binding.node')
    exports.getBackend = () => 'tensorflow'
    exports.backend = () => ({ binding })
    exports.matMul = () => ({ dataSync: () => [19, 22, 43, 50] })`,
  'node_modules/@tensorflow/tfjs-node/index.js.map': '{}',
  'node_modules/@tensorflow/tfjs-node/binding/tfjs_backend.cc': `
    #include "tensorflow/c/c_api.h"
    const char* version() { return TF_Version(); }`,
  'node_modules/@tensorflow/tfjs-node/binding/tfjs_binding.cc': `
    #include <node_api.h>
    const char* version();
    static napi_value Init(napi_env env, napi_value exports) {
      napi_value text;
      napi_create_string_utf8(env, version(), NAPI_AUTO_LENGTH, &text);
      napi_set_named_property(env, exports, "TF_Version", text);
      return exports;
    }
    NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)`,
  'tensorflow/include/tensorflow/c/c_api.h': 'extern "C" const char* TF_Version();',
  'tensorflow/python/much.py': 'print("not needed")',
}

/** Fills a folder so that `--from` can take it, with an unpacked `tensorflow`; returns the folder. */
export async function fillFrom(folder: string, { npmPackage }: Variant = cpuVariant): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name.replace(cpuVariant.npmPackage, npmPackage))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text.replace(cpuVariant.npmPackage, npmPackage))
  }
  const headers = dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'))
  await cp(headers, join(folder, 'node_modules', 'node-api-headers'), { recursive: true })
  const source = join(folder, 'version.cc')
  await writeFile(source, 'extern "C" const char* TF_Version() { return "2.21.0"; }')
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    execFileSync('g++', ['-shared', '-fPIC', `-Wl,-soname,${name}`, source, '-o', join(folder, 'tensorflow', name)])
  return folder
}

/** Fills a folder for `--gpu --from` with wheels, NVIDIA's of a library each; `damage` one of these. */
export async function fillForGpu(folder: string, { damage }: { readonly damage?: string } = {}): Promise<string> {
  await fillFrom(folder, gpuVariant)
  await packTensorflow(folder, folder, { distribution: gpuVariant.distribution })
  await rm(join(folder, 'tensorflow'), { recursive: true })
  for (const wheel of gpuVariant.nvidia) {
    const name = nvidiaLibrary(wheel.distribution)
    const files = { [name]: Buffer.from('a library'), [name.replace(/lib\/.*/, 'include/cuda.h')]: Buffer.from('') }
    await packWheel(wheel, files, folder, wheel.distribution === damage ? { damage: name } : {})
  }
  return folder
}

/** The library that {@link fillForGpu} puts into a wheel of NVIDIA's, laid out as theirs are. */
export function nvidiaLibrary(distribution: string): string {
  const name = distribution.replace(/^nvidia-(.*)-cu12$/, '$1').replace('cuda-', 'cuda_')
  return `nvidia/${name}/lib/lib${name}.so.12`
}

/** Packs the `tensorflow` of a folder as a wheel into another; `damage` changes one library after it was hashed. */
export async function packTensorflow(
  from: string,
  into: string,
  {
    damage = false,
    distribution = 'tensorflow-cpu',
  }: { readonly damage?: boolean; readonly distribution?: string } = {},
): Promise<string> {
  const found: Record<string, Buffer> = {}
  for (const path of await readdir(join(from, 'tensorflow'), { recursive: true })) {
    const bytes = await readFile(join(from, 'tensorflow', path)).catch(() => undefined)
    if (bytes !== undefined) found[`tensorflow/${path}`] = bytes
  }
  const options = {
    tag: `cp312-cp312-${anyLinux}`,
    ...(damage && { damage: 'tensorflow/libtensorflow_cc.so.2' }),
  }
  return packWheel({ distribution, version: '2.21.0' }, found, into, options)
}
