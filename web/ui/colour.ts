/**
 * A person's colour: the same for their avatar, cursor and ink label, on every device.
 *
 * Invariant: white text on it has at least 4.5:1 (tests/rules/web-colour.test.ts).
 */

/** Hues in degrees, far enough apart to be told from each other; without the yellows, which would be brown this dark. */
const hues = [18, 42, 128, 152, 178, 208, 236, 262, 288, 314, 340, 2] as const

/** FNV-1a, 32 bits: spreads ids evenly. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}

export function hueOf(personId: string): number {
  return hues[hash(personId) % hues.length] ?? hues[0]
}

/** A CSS colour. */
export function colourOf(personId: string): string {
  return `oklch(0.52 0.13 ${String(hueOf(personId))})`
}
