/**
 * Runs a neural network (model.ts), step by step in plain arrays: 33 million multiplications for ours, which took 66 ms of
 * a busy machine's core. Pure.
 *
 * Invariant: running makes no garbage. All arrays are made once, and rows of pixels lie behind each other with their
 * channels side by side.
 */
import type { Model, Step } from './model.ts'

type Picture = Readonly<{ height: number; width: number; channels: number; values: Float32Array }>

export class Network {
  /** Red, green and blue of each pixel, 0…1. */
  readonly input: Picture
  readonly output: Picture
  readonly #runs: readonly (() => void)[]

  constructor(model: Model) {
    const pictures = model.tensors.map(({ shape, values }): Picture => {
      const [height = 1, width = 1, channels = 1] = shape.slice(1)
      const size = shape.reduce((product, side) => product * side, 1)
      return { height, width, channels, values: values ?? new Float32Array(size) }
    })
    const pictureOf = (id: number | undefined): Picture => {
      const picture = pictures[id ?? -1]
      if (picture === undefined) throw new Error('a tensor that is not there')
      return picture
    }
    this.input = pictureOf(model.input)
    this.output = pictureOf(model.output)
    this.#runs = model.steps.map((step) => {
      const [first, second, third] = step.inputs.map(pictureOf)
      if (first === undefined) throw new Error('a step without input')
      return runOf(step, [first, second ?? first, third ?? first], pictureOf(step.output))
    })
  }

  /** From what is in `input` to `output`. */
  run(): void {
    for (const run of this.#runs) run()
  }
}

function runOf(step: Step, [a, b, c]: readonly [Picture, Picture, Picture], to: Picture): () => void {
  switch (step.kind) {
    case 'add':
      return () => add(a.values, b.values, to.values)
    case 'multiply':
      return () => multiply(a, b.values, to.values)
    case 'relu':
      return () => relu(a.values, to.values)
    case 'hard-swish':
      return () => hardSwish(a.values, to.values)
    case 'sigmoid':
      return () => sigmoid(a.values, to.values)
    case 'mean':
      return () => mean(a, to.values)
    case 'enlarge':
      return () => enlarge(a, to)
    case 'spread':
      return () => spread(a, b.values, c.values[0] ?? 0, to)
    case 'convolve':
      if (to.channels % 4 !== 0) throw new Error('channels that are not in fours')
      if (b.height === 1 && b.width === 1 && step.stride === 1) return () => mix(a, b.values, c.values, to)
      return convolve(a, b, c.values, to, step)
    case 'convolve-each':
      return () => convolveEach(a, b, c.values, to, step)
    case 'widen':
      throw new Error('halves are widened when they are read')
  }
}

function relu(from: Float32Array, to: Float32Array): void {
  for (let index = 0; index < to.length; index++) {
    const value = from[index] ?? 0
    to[index] = value > 0 ? value : 0
  }
}

function hardSwish(from: Float32Array, to: Float32Array): void {
  for (let index = 0; index < to.length; index++) {
    const value = from[index] ?? 0
    to[index] = value <= -3 ? 0 : value >= 3 ? value : (value * (value + 3)) / 6
  }
}

function sigmoid(from: Float32Array, to: Float32Array): void {
  for (let index = 0; index < to.length; index++) to[index] = 1 / (1 + Math.exp(-(from[index] ?? 0)))
}

function add(a: Float32Array, b: Float32Array, to: Float32Array): void {
  for (let index = 0; index < to.length; index++) to[index] = (a[index] ?? 0) + (b[index] ?? 0)
}

/** Each channel by its own factor. */
function multiply({ channels, values }: Picture, factors: Float32Array, to: Float32Array): void {
  for (let pixel = 0; pixel < to.length; pixel += channels)
    for (let channel = 0; channel < channels; channel++)
      to[pixel + channel] = (values[pixel + channel] ?? 0) * (factors[channel] ?? 0)
}

function mean({ height, width, channels, values }: Picture, to: Float32Array): void {
  to.fill(0)
  for (let pixel = 0; pixel < values.length; pixel += channels)
    for (let channel = 0; channel < channels; channel++)
      to[channel] = (to[channel] ?? 0) + (values[pixel + channel] ?? 0)
  for (let channel = 0; channel < channels; channel++) to[channel] = (to[channel] ?? 0) / (height * width)
}

/** Between the middles of pixels, in straight lines. */
function enlarge(from: Picture, to: Picture): void {
  const { channels } = from
  for (let y = 0; y < to.height; y++) {
    const [top, bottom, down] = between(y, from.height / to.height, from.height)
    for (let x = 0; x < to.width; x++) {
      const [left, right, across] = between(x, from.width / to.width, from.width)
      const corners = [
        (top * from.width + left) * channels,
        (top * from.width + right) * channels,
        (bottom * from.width + left) * channels,
        (bottom * from.width + right) * channels,
      ] as const
      const at = (y * to.width + x) * channels
      for (let channel = 0; channel < channels; channel++) {
        const [a, b, c, d] = corners
        const v = from.values
        const upper = (v[a + channel] ?? 0) * (1 - across) + (v[b + channel] ?? 0) * across
        const lower = (v[c + channel] ?? 0) * (1 - across) + (v[d + channel] ?? 0) * across
        to.values[at + channel] = upper * (1 - down) + lower * down
      }
    }
  }
}

/** The two places that a place lies between, and how near it is to the second. */
function between(place: number, scale: number, length: number): readonly [number, number, number] {
  const exact = Math.min(length - 1, Math.max(0, (place + 0.5) * scale - 0.5))
  const first = Math.floor(exact)
  return [first, Math.min(length - 1, first + 1), exact - first]
}

/** Each pixel becomes two by two, of one channel. */
function spread(from: Picture, kernel: Float32Array, bias: number, to: Picture): void {
  const { channels, width, height, values } = from
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let place = 0; place < 4; place++) {
        const pixel = (y * width + x) * channels
        let sum = bias
        for (let channel = 0; channel < channels; channel++)
          sum += (values[pixel + channel] ?? 0) * (kernel[place * channels + channel] ?? 0)
        to.values[(2 * y + (place >> 1)) * to.width + 2 * x + (place & 1)] = sum
      }
}

/** A convolution of one pixel, four channels at a time: most of all work is here. */
function mix({ channels, values }: Picture, kernel: Float32Array, bias: Float32Array, to: Picture): void {
  const made = to.channels
  for (let from = 0, at = 0; at < to.values.length; from += channels, at += made)
    for (let out = 0; out < made; out += 4) {
      let k = out * channels
      let a = bias[out] ?? 0
      let b = bias[out + 1] ?? 0
      let c = bias[out + 2] ?? 0
      let d = bias[out + 3] ?? 0
      for (let channel = 0; channel < channels; channel++, k++) {
        const value = values[from + channel] ?? 0
        a += value * (kernel[k] ?? 0)
        b += value * (kernel[k + channels] ?? 0)
        c += value * (kernel[k + 2 * channels] ?? 0)
        d += value * (kernel[k + 3 * channels] ?? 0)
      }
      to.values[at + out] = a
      to.values[at + out + 1] = b
      to.values[at + out + 2] = c
      to.values[at + out + 3] = d
    }
}

/** Gathers what each pixel is made of, side by side, and mixes that. */
function convolve(from: Picture, kernel: Picture, bias: Float32Array, to: Picture, step: Step): () => void {
  const { channels, values, width, height } = from
  const size = kernel.height * kernel.width * channels
  const gathered = { height: 1, width: to.width, channels: size, values: new Float32Array(to.width * size) }
  const made = { ...to, values: new Float32Array(to.width * to.channels) }
  const top = overhang(height, to.height, kernel.height, step)
  const start = overhang(width, to.width, kernel.width, step)
  return () => {
    for (let y = 0; y < to.height; y++) {
      gathered.values.fill(0)
      for (let x = 0, at = 0; x < to.width; x++)
        for (let ky = 0; ky < kernel.height; ky++) {
          const row = y * step.stride - top + ky
          for (let kx = 0; kx < kernel.width; kx++, at += channels) {
            const column = x * step.stride - start + kx
            if (row < 0 || row >= height || column < 0 || column >= width) continue
            const p = (row * width + column) * channels
            for (let channel = 0; channel < channels; channel++)
              gathered.values[at + channel] = values[p + channel] ?? 0
          }
        }
      mix(gathered, kernel.values, bias, made)
      to.values.set(made.values, y * to.width * to.channels)
    }
  }
}

/** Every channel has a kernel of its own, and nothing of the others. */
function convolveEach(from: Picture, kernel: Picture, bias: Float32Array, to: Picture, step: Step): void {
  const { channels, values, width, height } = from
  const weights = kernel.values
  const result = to.values
  const top = overhang(height, to.height, kernel.height, step)
  const start = overhang(width, to.width, kernel.width, step)
  for (let y = 0, at = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++, at += channels) {
      for (let channel = 0; channel < channels; channel++) result[at + channel] = bias[channel] ?? 0
      for (let ky = 0; ky < kernel.height; ky++) {
        const row = y * step.stride - top + ky
        if (row < 0 || row >= height) continue
        for (let kx = 0; kx < kernel.width; kx++) {
          const column = x * step.stride - start + kx
          if (column < 0 || column >= width) continue
          const p = (row * width + column) * channels
          const k = (ky * kernel.width + kx) * channels
          for (let channel = 0; channel < channels; channel++)
            result[at + channel] =
              (result[at + channel] ?? 0) + (values[p + channel] ?? 0) * (weights[k + channel] ?? 0)
        }
      }
    }
}

/** How far a kernel reaches over the first edge; what lies there counts as 0. */
function overhang(length: number, made: number, size: number, { stride, isPadded }: Step): number {
  return isPadded ? Math.floor(Math.max(0, (made - 1) * stride + size - length) / 2) : 0
}
