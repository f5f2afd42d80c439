/**
 * Reads what Excalidraw writes (a file, or its clipboard) as figures: of every version since 2020, and whatever is in it.
 *
 * Invariant: nothing of the file is trusted. It is measured before it is parsed, only known fields are looked at, and an
 * element that is not sound is counted and left out; the others are read. Rule BO12 of docs/PROTOCOL.md. Pure.
 *
 * Figures have ids and orders of their own here, as `copies` of the board takes them.
 */
import { importPicturesSizeMax, importShapesMax, importSizeMax, strokePointsMax } from '../../limits.ts'
import { isPlainObject } from '../../plain-object.ts'
import { figureOf, inkPlace, type Figure, type Registers } from '../figure.ts'
import type { Point } from '../geometry.ts'
import { bendThrough, boxPlace, endsFields, placeFields, type Binding, type Ends } from '../place.ts'
import { coordinateMax, flatPressure, packPoints } from '../points.ts'
import { isShapeRow, type PictureFields, type ShapeId, type ShapeRow } from '../shape.ts'
import { firstStyle, styleFields } from '../style.ts'
import {
  finite,
  groupsOf,
  inkWidth,
  kindOf,
  labelStyle,
  styleFrom,
  type Element,
} from './excalidraw-element.ts'

export type ImportReport = Readonly<{
  /** Left out: their bytes are not in the file, or are no picture. */
  images: number
  /** Left out: embedded pages, and kinds that came later. */
  unknown: number
  /** Left out: a part of it is missing or senseless. */
  damaged: number
  /** Arrows with more corners than one bend can have. */
  simplified: number
}>

export type ImportFault = 'not-json' | 'not-excalidraw' | 'too-large' | 'too-many' | 'nothing'

export type Import =
  | Readonly<{ kind: 'read'; figures: readonly Figure[]; report: ImportReport }>
  | Readonly<{ kind: 'fault'; fault: ImportFault }>

/** A file that has been measured and parsed, with the pictures in it by their names there. */
export type Drawing = Readonly<{
  kind: 'drawing'
  elements: readonly unknown[]
  pictures: ReadonlyMap<string, EmbeddedPicture>
}>

/** As a file has it: nothing is known of it but how long it is. */
export type EmbeddedPicture = Readonly<{ base64: string }>

/** A picture of a drawing as rows have it, once it has been looked at; null where there is none. */
type PictureOf = (name: string) => PictureFields | null

type Counts = { -readonly [Name in keyof ImportReport]: ImportReport[Name] }
type Known = Readonly<{ element: Element; id: ShapeId; order: string }>

const dataUrlHead = /^data:[a-z]+\/[a-z0-9.+-]+;base64,/i
const fileTypes: readonly unknown[] = ['excalidraw', 'excalidraw/clipboard']
const textLengthMax = 10_000
const zeroPlace = boxPlace(0, 0, 0, 0)

/** With the pictures that `pictureOf` knows; usually none. */
export function readExcalidraw(text: string, pictureOf: PictureOf = () => null): Import {
  const drawing = openExcalidraw(text)
  return drawing.kind === 'fault' ? drawing : readDrawing(drawing, pictureOf)
}

export function openExcalidraw(text: string): Drawing | Extract<Import, { kind: 'fault' }> {
  const sizeMax = text.includes('"dataURL"') ? importSizeMax + importPicturesSizeMax : importSizeMax
  if (text.length > sizeMax) return { kind: 'fault', fault: 'too-large' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'fault', fault: 'not-json' }
  }
  if (!isPlainObject(value) || !fileTypes.includes(value['type']) || !Array.isArray(value['elements']))
    return { kind: 'fault', fault: 'not-excalidraw' }
  const elements = value['elements'] as readonly unknown[]
  const pictures = picturesIn(value['files'])
  const picturesSize = [...pictures.values()].reduce((sum, { base64 }) => sum + base64.length, 0)
  if (text.length - picturesSize > importSizeMax) return { kind: 'fault', fault: 'too-large' }
  if (elements.length > importShapesMax) return { kind: 'fault', fault: 'too-many' }
  return { kind: 'drawing', elements, pictures }
}

function picturesIn(files: unknown): Map<string, EmbeddedPicture> {
  const pictures = new Map<string, EmbeddedPicture>()
  if (!isPlainObject(files)) return pictures
  for (const [name, file] of Object.entries(files)) {
    const url = isPlainObject(file) ? file['dataURL'] : undefined
    const match = typeof url === 'string' ? dataUrlHead.exec(url) : null
    if (typeof url === 'string' && match !== null) pictures.set(name, { base64: url.slice(match[0].length) })
  }
  return pictures
}

/** Names of the pictures that are shown in a drawing. */
export function picturesShown({ elements }: Drawing): ReadonlySet<string> {
  const names = elements.flatMap((element) => {
    const name = isPlainObject(element) && element['isDeleted'] !== true ? element['fileId'] : undefined
    return typeof name === 'string' ? name : []
  })
  return new Set(names)
}

export function readDrawing({ elements }: Drawing, pictureOf: PictureOf): Import {
  const report: Counts = { images: 0, unknown: 0, damaged: 0, simplified: 0 }
  const known: Known[] = []
  const ids = new Map<unknown, ShapeId>()
  const labels = new Map<unknown, Element>()
  for (const [index, element] of elements.entries()) {
    if (isPlainObject(element) && element['isDeleted'] === true) continue
    if (!isPlainObject(element) || typeof element['type'] !== 'string') {
      report.damaged += 1
      continue
    }
    if (element['type'] === 'text' && typeof element['containerId'] === 'string') {
      labels.set(element['containerId'], element)
      continue
    }
    const id: ShapeId = `1.${String(index)}`
    ids.set(element['id'], id)
    known.push({ element, id, order: `1${String(index).padStart(6, '0')}1` })
  }
  // A label whose box is not here stands by itself.
  for (const [container, element] of labels) {
    if (ids.has(container)) continue
    const index = known.length + elements.length
    known.push({ element, id: `1.${String(index)}`, order: `1${String(index).padStart(6, '0')}1` })
  }
  const figures = new Map<string, Figure>()
  const read = (each: Known): void => {
    const isPicture = each.element['type'] === 'image'
    const figure = isPicture
      ? readPicture(each, pictureOf, report)
      : readElement(each, labels.get(each.element['id']), ids, figures, report)
    if (figure !== null) figures.set(each.id, figure)
  }
  const isLine = ({ element }: Known): boolean => element['type'] === 'line' || element['type'] === 'arrow'
  // Lines end where other shapes are: they come after those.
  for (const each of known) if (!isLine(each)) read(each)
  for (const each of known) if (isLine(each)) read(each)
  if (figures.size === 0) return { kind: 'fault', fault: 'nothing' }
  const inOrder = [...figures.values()].sort((a, b) => (a.order < b.order ? -1 : 1))
  return { kind: 'read', figures: inOrder, report }
}

function readElement(
  { element, id, order }: Known,
  label: Element | undefined,
  ids: ReadonlyMap<unknown, ShapeId>,
  figures: ReadonlyMap<string, Figure>,
  report: Counts,
): Figure | null {
  const kind = kindOf(element)
  if (kind === null) {
    report.unknown += 1
    return null
  }
  const [x, y] = [finite(element['x']), finite(element['y'])]
  if (x === null || y === null || Math.abs(x) > coordinateMax || Math.abs(y) > coordinateMax) {
    report.damaged += 1
    return null
  }
  const style = label === undefined ? styleFrom(element) : labelStyle(styleFrom(element), label)
  const common = { z: order, ...styleFields(style) }
  const registers: Registers & { t?: unknown } = {
    ...registersOf(element),
    text: textOf(kind === 'frame' ? element['name'] : (label ?? element)['text']),
  }
  const at = { x, y }
  let row: ShapeRow | null
  if (kind === 'stroke' || kind === 'highlight') {
    const points = pointsOf(element, at)
    if (points === null) row = null
    else {
      const p = packInk(points, pressuresOf(element))
      row = { k: kind, z: order, c: common.c, w: inkWidth(element), ...opacityOf(common), p }
      const home = inkPlace(p)
      const turn = turnOf(element)
      if (turn > 0 && home !== null) registers.t = placeFields({ ...home, turn })
    }
  } else if (kind === 'line' || kind === 'arrow') {
    const points = pointsOf(element, at)
    if (points === null || points.length < 2) row = null
    else if (points.length > 3 && kind === 'line')
      row = {
        k: 'stroke',
        z: order,
        c: common.c,
        w: common.w,
        ...opacityOf(common),
        p: packInk(points, null),
      }
    else {
      if (points.length > 3) report.simplified += 1
      row = { k: kind, ...common, t: endsFields(endsFrom(element, points, ids)) }
    }
  } else {
    const place = boxFrom(element, at)
    row =
      place === null
        ? null
        : {
            k: kind,
            ...common,
            t: placeFields({ ...place, isFixed: kind === 'text' && element['autoResize'] === false }),
          }
  }
  const figure =
    row === null || !isShapeRow(row)
      ? null
      : figureOf(id, row, registers, (other) => figures.get(other) ?? null)
  // A text without words is nothing to see.
  if (figure === null || (kind === 'text' && figure.text === '')) report.damaged += 1
  else return figure
  return null
}

/** What is known of it is looked up; nobody has to have looked at its bytes before. */
function readPicture({ element, id, order }: Known, pictureOf: PictureOf, report: Counts): Figure | null {
  const { fileId, scale, customData } = element
  const picture = typeof fileId === 'string' ? pictureOf(fileId) : null
  const [x, y] = [finite(element['x']), finite(element['y'])]
  const place = x === null || y === null ? null : boxFrom(element, { x, y })
  if (picture === null || place === null) {
    report[picture === null ? 'images' : 'damaged'] += 1
    return null
  }
  const isFlipped = (axis: 0 | 1): boolean => Array.isArray(scale) && (finite(scale[axis]) ?? 1) < 0
  const t = placeFields({ ...place, isFlippedX: isFlipped(0), isFlippedY: isFlipped(1) })
  const look = styleFields({ ...firstStyle, width: 1, opacity: styleFrom(element).opacity })
  const words = isPlainObject(customData) ? textOf(customData['stoaDescription']) : ''
  const registers = { ...registersOf(element), text: words }
  const figure = figureOf(id, { k: 'image', z: order, ...look, t, ...picture }, registers, () => null)
  if (figure === null) report.damaged += 1
  return figure
}

function registersOf(element: Element): Registers {
  const groups = groupsOf(element)
  return {
    ...(groups.length > 0 ? { g: groups } : {}),
    ...(element['locked'] === true ? { l: 1 } : {}),
  }
}

function opacityOf({ o }: Readonly<{ o?: number }>): Readonly<{ o?: number }> {
  return o === undefined ? {} : { o }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textLengthMax) : ''
}

/** Degrees clockwise; Excalidraw has radians. */
function turnOf(element: Element): number {
  const degrees = ((finite(element['angle']) ?? 0) * 180) / Math.PI
  return ((degrees % 360) + 360) % 360
}

function boxFrom(element: Element, { x, y }: Point) {
  const [width, height] = [finite(element['width']), finite(element['height'])]
  if (width === null || height === null) return null
  // Drawn to the left or upwards, in old files.
  return {
    ...zeroPlace,
    x: Math.min(x, x + width),
    y: Math.min(y, y + height),
    width: Math.abs(width),
    height: Math.abs(height),
    turn: turnOf(element),
  }
}

/** On the board; thinned out to as many as a stroke may have. */
function pointsOf({ points }: Element, { x, y }: Point): readonly Point[] | null {
  if (!Array.isArray(points) || points.length === 0) return null
  const step = Math.ceil(points.length / strokePointsMax)
  const found: Point[] = []
  for (let index = 0; index < points.length; index += step) {
    const point = points[index] as unknown
    if (!Array.isArray(point)) return null
    const [dx, dy] = [finite(point[0]), finite(point[1])]
    if (dx === null || dy === null) return null
    found.push({ x: x + dx, y: y + dy })
  }
  return found
}

function pressuresOf({ pressures, simulatePressure, points }: Element): readonly unknown[] | null {
  const isReal = simulatePressure === false && Array.isArray(pressures) && Array.isArray(points)
  return isReal && pressures.length >= points.length && points.length <= strokePointsMax ? pressures : null
}

function packInk(points: readonly Point[], pressures: readonly unknown[] | null): Uint8Array {
  const values = points.flatMap(({ x, y }, index) => [x, y, finite(pressures?.[index]) ?? flatPressure])
  return packPoints(values, pressures !== null)
}

function endsFrom(element: Element, points: readonly Point[], ids: ReadonlyMap<unknown, ShapeId>): Ends {
  const [start, end] = [points[0] ?? zeroPlace, points.at(-1) ?? zeroPlace]
  const turned = (point: Point): Point => turnAround(point, points, turnOf(element))
  const [from, to] = [turned({ x: start.x, y: start.y }), turned({ x: end.x, y: end.y })]
  const middle = points.length < 3 ? null : turned(points[Math.floor(points.length / 2)] ?? from)
  const kept = isPlainObject(element['customData']) ? finite(element['customData']['stoaBend']) : null
  return {
    start: from,
    end: to,
    bend: middle === null ? 0 : (kept ?? bendThrough(from, to, middle)),
    startsAt: bindingFrom(element['startBinding'], ids),
    endsAt: bindingFrom(element['endBinding'], ids),
  }
}

/** Lines turn around the middle of their points’ box. */
function turnAround(point: Point, points: readonly Point[], degrees: number): Point {
  if (degrees === 0) return point
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const x = (xs.reduce((a, b) => Math.min(a, b)) + xs.reduce((a, b) => Math.max(a, b))) / 2
  const y = (ys.reduce((a, b) => Math.min(a, b)) + ys.reduce((a, b) => Math.max(a, b))) / 2
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return {
    x: x + (point.x - x) * cos - (point.y - y) * sin,
    y: y + (point.x - x) * sin + (point.y - y) * cos,
  }
}

/**
 * Three generations: `focus` and `gap`, which mean the middle here; those with `fixedPoint` for elbows; and with
 * `fixedPoint` and `mode` for all arrows.
 */
function bindingFrom(value: unknown, ids: ReadonlyMap<unknown, ShapeId>): Binding | null {
  const id = isPlainObject(value) ? ids.get(value['elementId']) : undefined
  if (!isPlainObject(value) || id === undefined) return null
  const at: readonly unknown[] = Array.isArray(value['fixedPoint']) ? value['fixedPoint'] : []
  const part = (each: unknown): number => Math.min(1, Math.max(0, finite(each) ?? 0.5))
  return { id, u: part(at[0]), v: part(at[1]) }
}
