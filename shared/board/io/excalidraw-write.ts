/**
 * Writes figures as a file that Excalidraw opens. What it has no name for (notes, highlighter) it draws as its nearest
 * kind, and carries our name along. Bindings stand at both ends: with the arrow, and with what it holds on to. Pure.
 */
import { inkPlace, onCurve, type Figure } from '../figure.ts'
import { inkToPlace } from '../outline.ts'
import { apply, type Binding } from '../place.ts'
import { pointStride, unpackPoints } from '../points.ts'
import type { FileHash } from '../../files/file.ts'
import type { Style } from '../style.ts'
import { highlightOpacity, inkWidthFactor, type Element } from './excalidraw-element.ts'
import { lineColours, tintColours } from './palette.ts'

/** px that Excalidraw leaves between an arrow and what it holds on to. */
const bindingGap = 6
const lineHeight = 1.3
/** Helvetica, the plain one of its fonts. */
const fontFamily = 2

/** Bottom to top. Pictures stand in the file as far as their bytes are known, as `data:` addresses. */
export function writeExcalidraw(
  figures: readonly Figure[],
  source: string,
  dataUrls: ReadonlyMap<FileHash, string> = new Map(),
): string {
  const types = new Map(figures.flatMap(({ row }) => (row.k === 'image' ? [[row.b, row.m] as const] : [])))
  const files: Record<string, Element> = {}
  for (const [id, dataURL] of dataUrls)
    files[id] = { id, mimeType: types.get(id), dataURL, created: 1, lastRetrieved: 1 }
  const elements = figures.flatMap((figure) => elementsOf(figure, figures))
  return JSON.stringify({
    type: 'excalidraw',
    version: 2,
    source,
    elements,
    appState: { gridSize: null, viewBackgroundColor: '#ffffff' },
    files,
  })
}

function elementsOf(figure: Figure, all: readonly Figure[]): readonly Element[] {
  const { kind, text, row } = figure
  const isLabelled = text !== '' && kind !== 'text' && kind !== 'frame' && kind !== 'image' && !('p' in row)
  const lines = all.filter(
    ({ line }) => line?.ends.startsAt?.id === figure.id || line?.ends.endsAt?.id === figure.id,
  )
  const bound = [
    ...lines.map(({ id, kind: type }) => ({ id, type })),
    ...(isLabelled ? [{ id: labelId(figure), type: 'text' }] : []),
  ]
  const shape = { ...commonOf(figure), ...ownOf(figure), boundElements: bound.length === 0 ? null : bound }
  return isLabelled ? [shape, labelOf(figure)] : [shape]
}

function labelId({ id }: Figure): string {
  return `${id}-text`
}

function commonOf({ id, kind, style, groups, isLocked, place, line }: Figure): Element {
  const isBox = line === null
  return {
    id,
    x: place.x,
    y: place.y,
    width: place.width,
    height: place.height,
    angle: isBox ? (place.turn * Math.PI) / 180 : 0,
    strokeColor: lineColours[style.ink],
    backgroundColor: backgroundOf(kind, style),
    fillStyle: 'solid',
    strokeWidth: style.width,
    strokeStyle: style.dash,
    roughness: 0,
    opacity: style.opacity,
    groupIds: [...groups].reverse(),
    frameId: null,
    roundness: kind === 'rectangle' ? { type: 3 } : null,
    seed: 1,
    version: 1,
    versionNonce: 1,
    isDeleted: false,
    updated: 1,
    link: null,
    locked: isLocked,
  }
}

function backgroundOf(kind: Figure['kind'], { fill, ink }: Style): string | undefined {
  if (kind === 'note' || fill === 'tint') return tintColours[ink]
  return fill === 'solid' ? lineColours[ink] : 'transparent'
}

function ownOf(figure: Figure): Element {
  const { kind, row, line, text, place } = figure
  if ('p' in row) return inkOf(figure, row.p)
  if (line !== null) return lineOf(figure, line)
  if (row.k === 'image')
    return {
      type: 'image',
      fileId: row.b,
      status: 'saved',
      scale: [place.isFlippedX ? -1 : 1, place.isFlippedY ? -1 : 1],
      crop: null,
      ...(text === '' ? {} : { customData: { stoaDescription: text } }),
    }
  if (kind === 'note') return { type: 'rectangle', customData: { stoaKind: 'note' } }
  if (kind === 'frame') return { type: 'frame', name: text === '' ? null : text }
  if (kind !== 'text') return { type: kind }
  return { ...textOf(figure), autoResize: !place.isFixed, containerId: null, verticalAlign: 'top' }
}

/** Ink is written as it stands, but not turned. */
function inkOf({ kind, place, style }: Figure, packed: Uint8Array): Element {
  const [points, home] = [unpackPoints(packed), inkPlace(packed)]
  const written: [x: number, y: number][] = []
  const pressures: number[] = []
  if (points !== null && home !== null) {
    const matrix = inkToPlace(home, place)
    for (let index = 0; index < points.values.length; index += pointStride) {
      const [x = 0, y = 0, pressure = 0] = points.values.subarray(index, index + pointStride)
      const at = apply(matrix, { x, y })
      written.push([at.x, at.y])
      pressures.push(pressure)
    }
  }
  return {
    type: 'freedraw',
    strokeWidth: style.width / inkWidthFactor,
    points: written,
    pressures: points?.hasPressure === true ? pressures : [],
    simulatePressure: points?.hasPressure !== true,
    ...(kind === 'highlight'
      ? { opacity: style.opacity * highlightOpacity, customData: { stoaKind: 'highlight' } }
      : {}),
  }
}

function lineOf({ kind, style }: Figure, { ends, curve }: NonNullable<Figure['line']>): Element {
  const { from, to } = curve
  const course = ends.bend === 0 ? [from, to] : [from, onCurve(curve, 0.5), to]
  const [xs, ys] = [course.map(({ x }) => x), course.map(({ y }) => y)]
  const head = (isThere: boolean): string | null => (isThere ? 'arrow' : null)
  return {
    type: kind,
    x: from.x,
    y: from.y,
    width: Math.max(...xs) - Math.min(...xs),
    height: Math.max(...ys) - Math.min(...ys),
    points: course.map(({ x, y }) => [x - from.x, y - from.y]),
    lastCommittedPoint: null,
    startBinding: bindingOf(ends.startsAt),
    endBinding: bindingOf(ends.endsAt),
    startArrowhead: head(style.heads === 'start' || style.heads === 'both'),
    endArrowhead: head(style.heads === 'end' || style.heads === 'both'),
    roundness: ends.bend === 0 ? null : { type: 2 },
    ...(kind === 'arrow' ? { elbowed: false } : {}),
    ...(ends.bend === 0 ? {} : { customData: { stoaBend: ends.bend } }),
  }
}

function bindingOf(binding: Binding | null): Element | null {
  if (binding === null) return null
  const { id, u, v } = binding
  return { elementId: id, focus: 0, gap: bindingGap, fixedPoint: [u, v], mode: 'orbit' }
}

function textOf({ text, style }: Figure): Element {
  return {
    type: 'text',
    text,
    originalText: text,
    fontSize: style.textSize,
    fontFamily,
    textAlign: style.align === 'centre' ? 'center' : style.align === 'end' ? 'right' : 'left',
    lineHeight,
  }
}

function labelOf(figure: Figure): Element {
  const { place, style, text, id, line } = figure
  const height = text.split('\n').length * style.textSize * lineHeight
  const middle = line === null ? null : onCurve(line.curve, 0.5)
  return {
    ...commonOf(figure),
    ...textOf(figure),
    id: labelId(figure),
    x: middle === null ? place.x : middle.x - place.width / 2,
    y: (middle === null ? place.y + place.height / 2 : middle.y) - height / 2,
    height,
    strokeColor: style.fill === 'solid' ? '#ffffff' : lineColours[style.ink],
    backgroundColor: 'transparent',
    containerId: id,
    verticalAlign: 'middle',
    boundElements: null,
    autoResize: true,
  }
}
