/**
 * Reads a neural network from a TFLite file (schema version 3): its tensors, and the steps from input to output.
 *
 * Only what our one network has is known; whatever else a file asks for is refused before anything runs. Pure.
 */
export type Tensor = Readonly<{
  /** Batch (always 1), height, width, channels; or as a kernel has them. */
  shape: readonly number[]
  /** Null for what a step makes. */
  values: Float32Array | null
}>

/** Tensors are told by their place in the file. */
export type Step = Readonly<{
  kind: StepKind
  inputs: readonly number[]
  output: number
  /** Rows and columns from one place of the kernel to the next. */
  stride: number
  /** The kernel reaches over the edge, as much on both sides as can be (`SAME`), or not at all (`VALID`). */
  isPadded: boolean
}>

export type Model = Readonly<{
  tensors: readonly Tensor[]
  steps: readonly Step[]
  input: number
  output: number
}>

const kinds = {
  0: 'add',
  3: 'convolve',
  4: 'convolve-each',
  6: 'widen',
  14: 'sigmoid',
  18: 'multiply',
  19: 'relu',
  23: 'enlarge',
  32: 'spread',
  40: 'mean',
  117: 'hard-swish',
} as const
export type StepKind = (typeof kinds)[keyof typeof kinds]

/** Numbers of TensorType in the schema. */
const float32 = 0
const float16 = 1

export function readModel(bytes: ArrayBuffer): Model {
  const file = new FlatBuffer(bytes)
  const root = file.root()
  const codes = file.tables(root, 1).map((code) => Math.max(file.byte(code, 0), file.int(code, 3)))
  const buffers = file.tables(root, 4)
  const [graph] = file.tables(root, 2)
  if (graph === undefined) throw new Error('a model without a graph')
  const tensors: Tensor[] = file.tables(graph, 0).map((tensor) => {
    const type = file.byte(tensor, 1)
    const buffer = buffers[file.int(tensor, 2)]
    const data = buffer === undefined ? null : file.bytes(buffer, 0)
    return { shape: file.ints(tensor, 0), values: data === null ? null : valuesOf(data, type) }
  })
  const steps: Step[] = []
  for (const operator of file.tables(graph, 3)) {
    const kind = (kinds as Readonly<Record<number, StepKind>>)[codes[file.int(operator, 0)] ?? -1]
    const inputs = file.ints(operator, 1)
    const [output] = file.ints(operator, 2)
    if (kind === undefined || output === undefined) throw new Error('a step that is not known')
    // Halves were widened when they were read.
    if (kind === 'widen') tensors[output] = tensors[inputs[0] ?? -1] ?? raise('a tensor that is not there')
    else steps.push({ kind, inputs, output, ...strideOf(file, operator, kind) })
  }
  const [input] = file.ints(graph, 1)
  const [output] = file.ints(graph, 2)
  if (input === undefined || output === undefined) throw new Error('a model without input or output')
  return { tensors, steps, input, output }
}

function strideOf(file: FlatBuffer, operator: number, kind: StepKind): Pick<Step, 'stride' | 'isPadded'> {
  if (kind !== 'convolve' && kind !== 'convolve-each') return { stride: 1, isPadded: false }
  const options = file.table(operator, 4)
  const [across, down] = [file.int(options, 1), file.int(options, 2)]
  if (across !== down || across < 1) throw new Error('a stride that is not known')
  return { stride: across, isPadded: file.byte(options, 0) === 0 }
}

function valuesOf(data: DataView, type: number): Float32Array | null {
  if (type === float32)
    return Float32Array.from({ length: data.byteLength / 4 }, (_, index) => data.getFloat32(index * 4, true))
  if (type !== float16) return null
  return Float32Array.from({ length: data.byteLength / 2 }, (_, index) =>
    fromHalf(data.getUint16(index * 2, true)),
  )
}

/** A number of IEEE 754's binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function raise(what: string): never {
  throw new Error(what)
}

/** FlatBuffers, as much as this needs: tables are told by where they stand; a read beyond the end throws. */
class FlatBuffer {
  readonly #view: DataView

  constructor(bytes: ArrayBuffer) {
    this.#view = new DataView(bytes)
  }

  root(): number {
    return this.#target(0)
  }

  byte(table: number, field: number): number {
    const at = this.#field(table, field)
    return at === null ? 0 : this.#view.getUint8(at)
  }

  int(table: number, field: number): number {
    const at = this.#field(table, field)
    return at === null ? 0 : this.#view.getInt32(at, true)
  }

  ints(table: number, field: number): number[] {
    return this.#items(table, field).map((at) => this.#view.getInt32(at, true))
  }

  table(table: number, field: number): number {
    return this.#target(this.#field(table, field) ?? raise('a table that is not there'))
  }

  tables(table: number, field: number): number[] {
    return this.#items(table, field).map((at) => this.#target(at))
  }

  /** Null where there are none. */
  bytes(table: number, field: number): DataView | null {
    const at = this.#field(table, field)
    if (at === null) return null
    const vector = this.#target(at)
    const length = this.#view.getUint32(vector, true)
    return length === 0 ? null : new DataView(this.#view.buffer, vector + 4, length)
  }

  #items(table: number, field: number): number[] {
    const at = this.#field(table, field)
    if (at === null) return []
    const vector = this.#target(at)
    const length = this.#view.getUint32(vector, true)
    if (length * 4 > this.#view.byteLength) throw new Error('a vector that is longer than its file')
    return Array.from({ length }, (_, index) => vector + 4 + 4 * index)
  }

  #target(at: number): number {
    return at + this.#view.getUint32(at, true)
  }

  /** Where a field stands; null if it has its default. */
  #field(table: number, field: number): number | null {
    const layout = table - this.#view.getInt32(table, true)
    const place = 4 + 2 * field
    if (place >= this.#view.getUint16(layout, true)) return null
    const offset = this.#view.getUint16(layout + place, true)
    return offset === 0 ? null : table + offset
  }
}
