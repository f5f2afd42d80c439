/**
 * How a shape looks: a few small numbers, kept within its row, or later beside it in the register `:s`.
 *
 * Colours are tokens, which each theme turns into its own. Fields that are not there have their usual value, so that
 * a pen's stroke costs only its ink and its width. Pure.
 */
import { isPlainObject } from '../plain-object.ts'

/** Inks a theme has. */
export const inkCount = 8
/** px of the widest stroke. */
export const strokeWidthMax = 64
/** px of the smallest and the largest letters. */
export const textSizeMin = 6
export const textSizeMax = 512

export const fills = ['none', 'tint', 'solid'] as const
export const dashes = ['solid', 'dashed', 'dotted'] as const
export const alignments = ['start', 'centre', 'end'] as const
export const heads = ['none', 'end', 'start', 'both'] as const

export type Style = Readonly<{
  ink: number
  /** px. */
  width: number
  fill: (typeof fills)[number]
  dash: (typeof dashes)[number]
  /** Percent, 10…100. */
  opacity: number
  /** px of its letters. */
  textSize: number
  align: (typeof alignments)[number]
  /** Where a line has arrowheads. */
  heads: (typeof heads)[number]
}>

/** How ink looks, before there are points. */
export type InkStyle = Pick<Style, 'ink' | 'width'>

export type StyleFields = Readonly<{
  /** Ink. */
  c: number
  /** Width. */
  w: number
  /** Numbers in `fills`, `dashes`, `alignments` and `heads`. */
  f?: number
  d?: number
  a?: number
  h?: number
  /** Opacity. */
  o?: number
  /** Size of letters. */
  n?: number
}>

export const firstStyle: Style = {
  ink: 0,
  width: 4,
  fill: 'none',
  dash: 'solid',
  opacity: 100,
  textSize: 20,
  align: 'start',
  heads: 'none',
}

const optional: Readonly<Record<string, readonly [min: number, max: number]>> = {
  f: [0, fills.length - 1],
  d: [0, dashes.length - 1],
  a: [0, alignments.length - 1],
  h: [0, heads.length - 1],
  o: [10, 100],
  n: [textSizeMin, textSizeMax],
}

/** True for an ink and a width that a shape may have. */
export function isInkStyle(ink: unknown, width: unknown): boolean {
  return isWhole(ink, 0, inkCount - 1) && isWhole(width, 1, strokeWidthMax)
}

export function isStyleField(field: string): boolean {
  return field === 'c' || field === 'w' || Object.hasOwn(optional, field)
}

/** True if the style's own fields are sound; there may be others beside them. */
export function hasStyleFields(value: Readonly<Record<string, unknown>>): boolean {
  return (
    isInkStyle(value['c'], value['w']) &&
    Object.entries(optional).every(
      ([field, [min, max]]) => value[field] === undefined || isWhole(value[field], min, max),
    )
  )
}

/** True for a value of the register `:s`. */
export function isStyleFields(value: unknown): value is StyleFields {
  return isPlainObject(value) && hasStyleFields(value) && Object.keys(value).every(isStyleField)
}

export function styleOf({ c, w, f = 0, d = 0, a = 0, h = 0, o, n }: StyleFields): Style {
  return {
    ink: c,
    width: w,
    fill: fills[f] ?? 'none',
    dash: dashes[d] ?? 'solid',
    opacity: o ?? firstStyle.opacity,
    textSize: n ?? firstStyle.textSize,
    align: alignments[a] ?? 'start',
    heads: heads[h] ?? 'none',
  }
}

/** Without what is as usual. */
export function styleFields(style: Style): StyleFields {
  const numbers = {
    f: fills.indexOf(style.fill),
    d: dashes.indexOf(style.dash),
    a: alignments.indexOf(style.align),
    h: heads.indexOf(style.heads),
  }
  return {
    c: style.ink,
    w: style.width,
    ...Object.fromEntries(Object.entries(numbers).filter(([, number]) => number > 0)),
    ...(style.opacity === firstStyle.opacity ? {} : { o: style.opacity }),
    ...(style.textSize === firstStyle.textSize ? {} : { n: style.textSize }),
  }
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
}
