/** A path as a PDF has it. In place of Path2D. ISO 32000-1, 8.5.2. */
import { short } from './pdf-file.ts'

/** Of a quarter of a circle's radius, for the cubic curve that is nearest to it. */
const roundness = 0.5523

export class PdfPath {
  data = ''
  #x = 0
  #y = 0

  moveTo(x: number, y: number): void {
    this.#add('m', x, y)
  }

  lineTo(x: number, y: number): void {
    this.#add('l', x, y)
  }

  /** As the cubic curve that it is: a PDF knows no other. */
  quadraticCurveTo(byX: number, byY: number, x: number, y: number): void {
    const [fromX, fromY] = [this.#x, this.#y]
    const towards = (end: number, by: number): number => end + ((by - end) * 2) / 3
    this.#add('c', towards(fromX, byX), towards(fromY, byY), towards(x, byX), towards(y, byY), x, y)
  }

  closePath(): void {
    this.data += 'h\n'
  }

  /** A whole one. */
  ellipse(x: number, y: number, radiusX: number, radiusY: number): void {
    this.#rounded(x - radiusX, y - radiusY, 2 * radiusX, 2 * radiusY, radiusX, radiusY)
  }

  roundRect(x: number, y: number, width: number, height: number, radius: number): void {
    const r = Math.max(0, Math.min(radius, width / 2, height / 2))
    if (r === 0) {
      this.data += `${[x, y, width, height].map(short).join(' ')} re\n`
    } else this.#rounded(x, y, width, height, r, r)
  }

  /** Its sides, with a quarter of an ellipse at each corner. */
  #rounded(x: number, y: number, width: number, height: number, rx: number, ry: number): void {
    const [right, bottom] = [x + width, y + height]
    const [dx, dy] = [rx * (1 - roundness), ry * (1 - roundness)]
    this.#add('m', x + rx, y)
    this.#add('l', right - rx, y)
    this.#add('c', right - dx, y, right, y + dy, right, y + ry)
    this.#add('l', right, bottom - ry)
    this.#add('c', right, bottom - dy, right - dx, bottom, right - rx, bottom)
    this.#add('l', x + rx, bottom)
    this.#add('c', x + dx, bottom, x, bottom - dy, x, bottom - ry)
    this.#add('l', x, y + ry)
    this.#add('c', x, y + dy, x + dx, y, x + rx, y)
    this.closePath()
  }

  /** The last two numbers are where it goes. */
  #add(operator: 'm' | 'l' | 'c', ...numbers: readonly number[]): void {
    this.data += `${numbers.map(short).join(' ')} ${operator}\n`
    this.#x = numbers.at(-2) ?? 0
    this.#y = numbers.at(-1) ?? 0
  }
}
