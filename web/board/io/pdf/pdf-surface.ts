/**
 * A drawing surface that writes a PDF's page: what the painter of shapes paints on it stands in `data`. ISO 32000-1, 8.
 *
 * It knows what that painter uses, and no more. Its px have their origin at the top left, as on a canvas: the page it
 * stands on is turned over first.
 */
import type { Matrix } from '#shared/board/place.ts'
import type { Surface } from '../../engine/render/painter.ts'
import { short } from './pdf-file.ts'
import type { PdfInk } from './pdf-ink.ts'
import { PdfPath } from './pdf-path.ts'
import type { PdfPicture } from './pdf-pictures.ts'

export class PdfSurface {
  data = ''
  fillStyle = ''
  strokeStyle = ''
  globalAlpha = 1
  lineWidth = 1
  font = ''
  textAlign: CanvasTextAlign = 'left'
  readonly #ink: PdfInk
  #matrix: Matrix = [1, 0, 0, 1, 0, 0]
  #dash: readonly number[] = []
  #path = new PdfPath()

  constructor(ink: PdfInk) {
    this.#ink = ink
  }

  /** As the painter takes it. */
  get surface(): Surface {
    return this as unknown as Surface
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    this.#matrix = [a, b, c, d, e, f]
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = dash
  }

  beginPath(): void {
    this.#path = new PdfPath()
  }

  moveTo(x: number, y: number): void {
    this.#path.moveTo(x, y)
  }

  lineTo(x: number, y: number): void {
    this.#path.lineTo(x, y)
  }

  quadraticCurveTo(byX: number, byY: number, x: number, y: number): void {
    this.#path.quadraticCurveTo(byX, byY, x, y)
  }

  roundRect(x: number, y: number, width: number, height: number, radius: number): void {
    this.#path.roundRect(x, y, width, height, radius)
  }

  fill(path: PdfPath = this.#path): void {
    this.#add(`${this.#ink.colour(this.fillStyle)} rg\n${path.data}f\n`)
  }

  stroke(path: PdfPath = this.#path): void {
    const dash = this.#dash.length === 0 ? '' : `[${this.#dash.map(short).join(' ')}] 0 d\n`
    // Round caps, and round joins.
    const pen = `${this.#ink.colour(this.strokeStyle)} RG\n${short(this.lineWidth)} w 1 J 1 j\n${dash}`
    this.#add(`${pen}${path.data}S\n`)
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = new PdfPath()
    path.roundRect(x, y, width, height, 0)
    this.fill(path)
  }

  drawImage(picture: PdfPicture, x: number, y: number, width: number, height: number): void {
    // A picture fills a square of one by one, and stands on its lower side (8.9.5).
    const place = [width, 0, 0, -height, x, y + height].map(short).join(' ')
    this.#add(`${place} cm\n/${this.#ink.picture(picture)} Do\n`)
  }

  /** Its middle is at y. */
  fillText(text: string, x: number, y: number): void {
    const words = this.#ink.words({ text, font: this.font, colour: this.fillStyle })
    const part = this.textAlign === 'center' ? 0.5 : this.textAlign === 'right' ? 1 : 0
    const left = x - part * words.width
    if (words.painted !== null) {
      const { picture, box } = words.painted
      this.drawImage(picture, left + box.minX, y + box.minY, box.maxX - box.minX, box.maxY - box.minY)
    }
    const at = `1 0 0 -1 ${short(left)} ${short(y + words.baseline)} Tm\n`
    this.#add(`${this.#ink.colour(this.fillStyle)} rg\nBT\n${at}${words.data}ET\n`)
  }

  #add(operators: string): void {
    const isPlain = this.#matrix.every((value, at) => value === (at === 0 || at === 3 ? 1 : 0))
    // Turned boxes may be large: their corners need more digits than lengths do.
    const place = isPlain ? '' : `${this.#matrix.map((value) => value.toFixed(6)).join(' ')} cm\n`
    const shade = this.globalAlpha === 1 ? '' : `/${this.#ink.shade(this.globalAlpha)} gs\n`
    this.data += `q\n${place}${shade}${operators}Q\n`
  }
}
