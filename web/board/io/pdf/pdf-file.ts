/**
 * A PDF as bytes: numbered objects, where each begins, and what is read first. ISO 32000-1, 7.3 and 7.5.
 *
 * Invariant: a file is made only where every object that was named has been written. Pure but for the platform's own
 * compression.
 */

/** The number of an object. */
export type ObjectId = number

/** Values as a PDF writes them: what stands for itself in its syntax. */
export type PdfDict = Readonly<Record<string, string | number>>

/** More digits than any reader or eye can tell apart. */
const precision = 1_000

export class PdfFile {
  /** By their numbers, which begin with 1; null while only named. */
  readonly #objects: (Uint8Array | null)[] = []

  /** The number of an object that is written later. */
  name(): ObjectId {
    return this.#objects.push(null)
  }

  /** Writes an object, which may have been named before. */
  add(value: string | PdfDict, id: ObjectId = this.name()): ObjectId {
    this.#objects[id - 1] = latin(`${typeof value === 'string' ? value : dict(value)}\n`)
    return id
  }

  /** Writes bytes; they are packed here where `Filter` does not say how they already are. */
  async addStream(
    bytes: Uint8Array<ArrayBuffer>,
    fields: PdfDict = {},
    id: ObjectId = this.name(),
  ): Promise<ObjectId> {
    const isPacked = 'Filter' in fields
    const packed = isPacked ? bytes : await deflated(bytes)
    const head = dict({ ...fields, ...(isPacked ? {} : { Filter: '/FlateDecode' }), Length: packed.length })
    this.#objects[id - 1] = joined([latin(`${head}\nstream\n`), packed, latin('\nendstream\n')])
    return id
  }

  /** Throws where an object that was named is missing. */
  bytes(root: ObjectId, info: ObjectId): Uint8Array<ArrayBuffer> {
    // The second line says that there is more than text in the file (7.5.2).
    const parts = [latin('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n')]
    let at = parts[0]?.length ?? 0
    const add = (part: Uint8Array<ArrayBuffer>): void => {
      parts.push(part)
      at += part.length
    }
    const places: string[] = []
    this.#objects.forEach((object, index) => {
      if (object === null) throw new Error(`object ${String(index + 1)} was never written`)
      places.push(`${String(at).padStart(10, '0')} 00000 n \n`)
      add(latin(`${String(index + 1)} 0 obj\n`))
      add(object as Uint8Array<ArrayBuffer>)
      add(latin('endobj\n'))
    })
    const size = places.length + 1
    const trailer = dict({ Size: size, Root: ref(root), Info: ref(info) })
    const table = `xref\n0 ${String(size)}\n0000000000 65535 f \n${places.join('')}`
    add(latin(`${table}trailer\n${trailer}\nstartxref\n${String(at)}\n%%EOF\n`))
    return joined(parts)
  }
}

// ── Values ────────────────────────────────────────────────────────────────────────────────────
export function ref(id: ObjectId): string {
  return `${String(id)} 0 R`
}

export function dict(fields: PdfDict): string {
  return `<< ${Object.entries(fields)
    .map(([key, value]) => `/${key} ${String(value)}`)
    .join(' ')} >>`
}

/** Words, as UTF-16 (7.9.2.2). */
export function words(text: string): string {
  return `<feff${hex(text)}>`
}

/** Two bytes for each unit of UTF-16. */
export function hex(text: string): string {
  return Array.from({ length: text.length }, (_, at) => hex16(text.charCodeAt(at))).join('')
}

export function hex16(value: number): string {
  return value.toString(16).padStart(4, '0')
}

/** Without an exponent, which a PDF has none of (7.3.3). */
export function short(value: number): string {
  return String(Math.round(value * precision) / precision || 0)
}

/** Of characters below 256. */
export function latin(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** As zlib has it: what FlateDecode unpacks (7.4.4). */
async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}
