/**
 * A drawing surface that writes SVG: what the painter of shapes paints on it stands in `text`.
 *
 * It knows what that painter uses, and no more. Invariant: all text from the board is escaped.
 */
import type { Matrix } from '#shared/board/place.ts'
import type { Surface } from '../engine/render/painter.ts'

/** A path as SVG has it. In place of Path2D. */
export class SvgPath {
  data = ''

  moveTo(x: number, y: number): void {
    this.#add('M', x, y)
  }

  lineTo(x: number, y: number): void {
    this.#add('L', x, y)
  }

  quadraticCurveTo(byX: number, byY: number, x: number, y: number): void {
    this.#add('Q', byX, byY, x, y)
  }

  closePath(): void {
    this.data += 'Z'
  }

  /** A whole one. */
  ellipse(x: number, y: number, radiusX: number, radiusY: number): void {
    this.#add('M', x - radiusX, y)
    this.#add('A', radiusX, radiusY, 0, 1, 1, x + radiusX, y)
    this.#add('A', radiusX, radiusY, 0, 1, 1, x - radiusX, y)
    this.closePath()
  }

  roundRect(x: number, y: number, width: number, height: number, radius: number): void {
    const r = Math.max(0, Math.min(radius, width / 2, height / 2))
    this.#add('M', x + r, y)
    this.#add('H', x + width - r)
    this.#add('A', r, r, 0, 0, 1, x + width, y + r)
    this.#add('V', y + height - r)
    this.#add('A', r, r, 0, 0, 1, x + width - r, y + height)
    this.#add('H', x + r)
    this.#add('A', r, r, 0, 0, 1, x, y + height - r)
    this.#add('V', y + r)
    this.#add('A', r, r, 0, 0, 1, x + r, y)
    this.closePath()
  }

  #add(letter: string, ...numbers: readonly number[]): void {
    this.data += letter + numbers.map(short).join(' ')
  }
}

/** A picture as SVG has it. In place of whatever a canvas draws. */
export class SvgPicture {
  readonly href: string

  constructor(href: string) {
    this.href = href
  }

  /** As the painter takes it. */
  get image(): CanvasImageSource {
    return this as unknown as CanvasImageSource
  }
}

export class SvgSurface {
  readonly parts: string[] = []
  fillStyle = ''
  strokeStyle = ''
  globalAlpha = 1
  lineWidth = 1
  font = ''
  textAlign: CanvasTextAlign = 'left'
  #matrix: Matrix = [1, 0, 0, 1, 0, 0]
  #dash: readonly number[] = []
  #path = new SvgPath()

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
    this.#path = new SvgPath()
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

  fill(path: SvgPath = this.#path): void {
    this.#add(`<path d="${path.data}" fill="${escaped(this.fillStyle)}"${this.#look()}/>`)
  }

  stroke(path: SvgPath = this.#path): void {
    const dash = this.#dash.length === 0 ? '' : ` stroke-dasharray="${this.#dash.map(short).join(' ')}"`
    this.#add(
      `<path d="${path.data}" fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${short(this.lineWidth)}" stroke-linecap="round" stroke-linejoin="round"${dash}${this.#look()}/>`,
    )
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = new SvgPath()
    path.roundRect(x, y, width, height, 0)
    this.fill(path)
  }

  drawImage(image: SvgPicture, x: number, y: number, width: number, height: number): void {
    this.#add(
      `<image x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" preserveAspectRatio="none" href="${escaped(image.href)}"${this.#look()}/>`,
    )
  }

  /** Its middle is at y. */
  fillText(text: string, x: number, y: number): void {
    const anchor = this.textAlign === 'center' ? 'middle' : this.textAlign === 'right' ? 'end' : 'start'
    this.#add(
      `<text x="${short(x)}" y="${short(y)}" fill="${escaped(this.fillStyle)}" text-anchor="${anchor}" dominant-baseline="central" xml:space="preserve"${fontOf(this.font)}${this.#look()}>${escaped(text)}</text>`,
    )
  }

  #look(): string {
    const [a, b, c, d, e, f] = this.#matrix
    const isPlain = a === 1 && b === 0 && c === 0 && d === 1 && e === 0 && f === 0
    const place = isPlain ? '' : ` transform="matrix(${this.#matrix.map(short).join(' ')})"`
    return this.globalAlpha === 1 ? place : `${place} opacity="${short(this.globalAlpha)}"`
  }

  #add(element: string): void {
    this.parts.push(element)
  }
}

/** As attributes: pages that forbid styles in a document, as this one does, take them from a style. */
function fontOf(font: string): string {
  const [, weight = '400', size = '16', family = ''] = /^(?:(\d+) )?([\d.]+)px (.+)$/u.exec(font) ?? []
  return ` font-family="${escaped(family)}" font-size="${size}" font-weight="${weight}"`
}

function short(value: number): string {
  return String(Math.round(value * 1_000) / 1_000)
}

export function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': 'amp',
    '<': 'lt',
    '>': 'gt',
    '"': 'quot',
    "'": 'apos',
  }
  // What XML has no letter for is left out.
  // eslint-disable-next-line no-control-regex -- it is about control characters
  const sound = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').toWellFormed()
  return sound.replace(/[&<>"']/g, (letter) => `&${names[letter] ?? ''};`)
}
