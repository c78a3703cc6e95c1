import type { Padding2d, Pair } from '@lockstep/core'

/** A window that slides over the two spatial axes. */
export interface Window {
  readonly size: Pair
  readonly strides: Pair
  readonly padding: Padding2d
  readonly dilations?: Pair
}

/** The window as ONNX's convolutions and poolings take it. */
export function windowAttributes({ size, strides, padding, dilations }: Window): Record<string, readonly number[]> {
  return { kernel_shape: size, strides, pads: pads(padding), ...(dilations && { dilations }) }
}

/** Top, left, bottom, right. */
export function pads([[top, bottom], [left, right]]: Padding2d): readonly number[] {
  return [top, left, bottom, right]
}

/** The rows and columns at the end of an image (`[height, width]`) that no window reaches. */
export function unreached(image: Pair, { size, strides, padding, dilations = [1, 1] }: Window): Pair {
  const rest = [0, 1].map((axis) => {
    const reach = ((size[axis] as number) - 1) * (dilations[axis] as number) + 1
    const [before, after] = padding[axis] as Pair
    return ((image[axis] as number) + before + after - reach) % (strides[axis] as number)
  })
  return rest as unknown as Pair
}

/** Attributes of the transposed convolution that leads from the window's results back to the image. */
export function transposedAttributes(image: Pair, window: Window): Record<string, readonly number[]> {
  return { ...windowAttributes(window), output_padding: unreached(image, window) }
}
