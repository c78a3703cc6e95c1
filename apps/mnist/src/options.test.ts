import { describe, expect, it, vi } from 'vitest'
import { engines } from './backends.ts'
import { parseOptions } from './options.ts'

describe('--backend and --engine', () => {
  it('take every engine of every backend, and none', () => {
    expect(parseOptions([]).backend).toBe('onnx')
    expect(parseOptions([]).engine).toBeUndefined()
    for (const [backend, names] of Object.entries(engines)) {
      expect(parseOptions(['--backend', backend])).toMatchObject({ backend })
      for (const engine of names)
        expect(parseOptions(['--backend', backend, '--engine', engine])).toMatchObject({ backend, engine })
    }
  })

  it.each([
    [['--backend', 'tfjs', '--engine', 'wsam'], "unknown engine of backend tfjs 'wsam'; did you mean 'wasm'? (known: "],
    [['--backend', 'tfjs', '--engine', 'tensorflow-cpu'], "did you mean 'tensorflow-gpu'?"],
    [['--engine', 'capi'], "did you mean 'c-api'? (known: c-api, js)"],
    [['--engine', 'wasm'], "unknown engine of backend onnx 'wasm' (known: c-api, js); 'wasm' is one of --backend tfjs"],
    [['--backend', 'reference', '--engine', 'js'], '(none is known)'],
  ])('refuse %j with the nearest name', (argv, message) => {
    expect(() => parseOptions(argv)).toThrowError(message)
  })

  it('refuse another backend with a list of those there are', () => {
    const [exit, write] = [vi.spyOn(process, 'exit'), vi.spyOn(process.stderr, 'write')]
    exit.mockImplementation((code) => {
      throw new Error(`exit ${code}`)
    })
    write.mockReturnValue(true)
    try {
      expect(() => parseOptions(['--backend', 'torch'])).toThrowError('exit 1')
      expect(write).toHaveBeenCalledWith(expect.stringContaining('onnx, tfjs, reference'))
    } finally {
      exit.mockRestore()
      write.mockRestore()
    }
  })
})
