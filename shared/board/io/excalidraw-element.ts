/** An element of Excalidraw, field by field, as ours. Whatever is missing or senseless has its usual value. Pure. */
import { groupDepthMax, type ShapeKind } from '../shape.ts'
import { dashes, firstStyle, strokeWidthMax, textSizeMax, textSizeMin, type Style } from '../style.ts'
import { lineColours, nearestInk } from './palette.ts'

export type Element = Readonly<Record<string, unknown>>

/** Excalidraw's ink is so many times as wide as it says. */
export const inkWidthFactor = 4.25
/** How much of a highlighter's opacity is to be seen. */
export const highlightOpacity = 0.4

/** What it is here; null for what is not known. */
export function kindOf({ type, customData }: Element): Exclude<ShapeKind, 'image'> | null {
  const kept = typeof customData === 'object' && customData !== null && 'stoaKind' in customData
  const own = kept ? customData.stoaKind : null
  switch (type) {
    case 'rectangle':
      return own === 'note' ? 'note' : 'rectangle'
    case 'ellipse':
    case 'diamond':
    case 'line':
    case 'arrow':
    case 'text':
    case 'frame':
      return type
    case 'magicframe':
      return 'frame'
    // `draw` it was called in 2020.
    case 'freedraw':
    case 'draw':
      return own === 'highlight' ? 'highlight' : 'stroke'
    default:
      return null
  }
}

export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function styleFrom(element: Element): Style {
  const ink = nearestInk(element['strokeColor'])
  const { type, backgroundColor } = element
  const isFilled =
    type !== 'text' &&
    type !== 'frame' &&
    typeof backgroundColor === 'string' &&
    backgroundColor !== 'transparent' &&
    backgroundColor !== ''
  return {
    ink,
    width: whole(element['strokeWidth'], 1, strokeWidthMax, 2),
    fill: !isFilled ? 'none' : backgroundColor === lineColours[ink] ? 'solid' : 'tint',
    dash: dashes.find((dash) => dash === element['strokeStyle']) ?? 'solid',
    opacity: whole(opacityOf(element), 10, 100, 100),
    textSize: whole(element['fontSize'], textSizeMin, textSizeMax, firstStyle.textSize),
    align: alignFrom(element['textAlign']),
    heads: headsFrom(element),
  }
}

function opacityOf(element: Element): unknown {
  const opacity = finite(element['opacity'])
  return opacity !== null && kindOf(element) === 'highlight' ? opacity / highlightOpacity : opacity
}

/** A box with the letters of its label. */
export function labelStyle(style: Style, label: Element): Style {
  const { textSize, align } = styleFrom(label)
  return { ...style, textSize, align }
}

export function inkWidth({ strokeWidth }: Element): number {
  return whole((finite(strokeWidth) ?? 1) * inkWidthFactor, 1, strokeWidthMax, 4)
}

/** The outermost first; Excalidraw has it last. Names are made such as ours may be. */
export function groupsOf({ groupIds }: Element): readonly string[] {
  if (!Array.isArray(groupIds)) return []
  return groupIds
    .filter((group): group is string => typeof group === 'string' && group !== '')
    .reverse()
    .slice(0, groupDepthMax)
    .map(groupName)
}

function groupName(group: string): string {
  if (/^[0-9a-z]{1,12}$/.test(group)) return group
  // FNV-1a, twice over.
  let [low, high] = [0x811c9dc5, 0x01000193]
  for (let index = 0; index < Math.min(group.length, 200); index++) {
    low = Math.imul(low ^ group.charCodeAt(index), 0x01000193)
    high = Math.imul(high ^ group.charCodeAt(index), 0x85ebca6b)
  }
  return `${(low >>> 0).toString(36).slice(0, 6)}${(high >>> 0).toString(36).slice(0, 6)}`
}

function alignFrom(value: unknown): Style['align'] {
  return value === 'center' ? 'centre' : value === 'right' ? 'end' : 'start'
}

/** The first arrows had no heads of their own to choose: they had one at the end. */
function headsFrom({ type, startArrowhead, endArrowhead }: Element): Style['heads'] {
  if (type !== 'arrow' && type !== 'line') return 'none'
  const hasStart = typeof startArrowhead === 'string'
  const hasEnd = typeof endArrowhead === 'string' || (type === 'arrow' && endArrowhead === undefined)
  return hasStart ? (hasEnd ? 'both' : 'start') : hasEnd ? 'end' : 'none'
}

function whole(value: unknown, min: number, max: number, usual: number): number {
  const number = finite(value)
  return number === null ? usual : Math.round(Math.min(max, Math.max(min, number)))
}
