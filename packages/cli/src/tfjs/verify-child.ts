/**
 * A program: `node verify-child.js PREFIX PACKAGE BACKEND` loads the engine that is installed in an npm prefix, checks
 * one product, and prints `verified` with the library's version.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { polyfillUtil } from './polyfill-util.ts'

interface Engine {
  getBackend(): string
  backend(): { readonly binding?: { readonly TF_Version?: string } }
  matMul(a: number[][], b: number[][]): { dataSync(): Iterable<number> }
}

const [prefix = '', npmPackage = '', backendName = ''] = process.argv.slice(2)
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
polyfillUtil()

const tf = createRequire(join(prefix, 'package.json'))(npmPackage) as Engine
if (tf.getBackend() !== backendName) throw new Error(`the backend is ${tf.getBackend()}; expected ${backendName}`)
const product = tf.matMul(
  [
    [1, 2],
    [3, 4],
  ],
  [
    [5, 6],
    [7, 8],
  ],
)
const values = [...product.dataSync()].join(' ')
if (values !== '19 22 43 50') throw new Error(`a product is ${values}; expected 19 22 43 50`)
console.log(`verified ${tf.backend().binding?.TF_Version ?? 'unknown'}`)
