/**
 * The order of shapes from bottom to top: an index between any two others, with room for chance.
 *
 * An index is a fraction written in base 62, so that plain string comparison orders it. People who insert at the same
 * place at the same time get different indices almost always; where not, the shape’s id decides. Pure: chance comes in
 * as an argument.
 */
import { assert } from '../assert.ts'

/** Ascending in ASCII, so that strings compare as the numbers they stand for. */
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base = BigInt(digits.length)
/** Digits of an index that needs no more: 5.7 · 10^10 places, 1.5 · 10^7 strokes one above the other. */
const digitsUsual = 6
/** Digits of the longest index: a thousand insertions at one place, each halving the gap. */
const digitsMax = 192
/** How far above or below the outermost shape the next one goes, at most: two persons' strokes rarely collide. */
const stride = base * base
/** Gaps with fewer places than this get another digit, so that chance has room. */
const gapMin = 1024n

const orderPattern = new RegExp(`^[0-9A-Za-z]{0,${String(digitsMax - 1)}}[1-9A-Za-z]$`)

/** True for an index as the schema has it: without a trailing zero, each place has one name only. */
export function isOrder(value: unknown): value is string {
  return typeof value === 'string' && orderPattern.test(value)
}

/**
 * An index above `below` and under `above`; null stands for the bottom and the top of the pile. `random` is in [0, 1).
 * Where no index fits within the longest length, it is `below` itself, and the id decides.
 */
export function orderBetween(below: string | null, above: string | null, random: number): string {
  assert(below === null || above === null || below < above, 'an index fits only between two in order')
  const chance = BigInt(Math.floor(random * 2 ** 32))
  for (let length = digitsUsual; length <= digitsMax; length++) {
    const end = base ** BigInt(length)
    const low = below === null ? 0n : valueOf(below, length)
    const high = above === null ? end : valueOf(above, length)
    if (high - low < gapMin) continue
    const [from, width] = startAndWidth(below, above, low, high)
    const value = from + ((chance * width) >> 32n)
    return textOf(value % base === 0n ? value + 1n : value, length)
  }
  return below ?? digits.slice(1, 2)
}

/** Bottom to top: by index, then by id. */
export function compareOrder(
  a: Readonly<{ order: string; id: string }>,
  b: Readonly<{ order: string; id: string }>,
): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** Where the new value may start, and how many places from there chance may choose among. */
function startAndWidth(
  below: string | null,
  above: string | null,
  low: bigint,
  high: bigint,
): [bigint, bigint] {
  const gap = high - low
  const near = gap / 2n < stride ? gap / 2n : stride
  if (below !== null && above !== null) return [low + gap / 4n, gap / 2n]
  if (below !== null) return [low + 1n, near]
  if (above !== null) return [high - 1n - near, near]
  return [gap / 2n, near]
}

function valueOf(order: string, length: number): bigint {
  let value = 0n
  for (let i = 0; i < length; i++) {
    value = value * base + BigInt(i < order.length ? digits.indexOf(order.charAt(i)) : 0)
  }
  return value
}

function textOf(value: bigint, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) {
    text = digits.charAt(Number(value % base)) + text
    value /= base
  }
  return text
}
