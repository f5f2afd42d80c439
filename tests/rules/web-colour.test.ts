/** A person's colour can be read on, and is the same everywhere. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { colourOf, hueOf } from '#web/ui/colour.ts'

/** Enough people to meet every hue. */
const people = Array.from({ length: 1_000 }, (_, i) => `person-${String(i)}`)

/** Relative luminance (WCAG 2.2) of oklch(lightness chroma hue), as CSS Color 4 computes it; clipped to sRGB. */
function luminanceOf(lightness: number, chroma: number, hueDegrees: number): number {
  const hue = (hueDegrees * Math.PI) / 180
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)]
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number): number => Math.min(1, Math.max(0, value))
  const red = clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  const green = clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  const blue = clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test('white text on everyone’s colour has a contrast of at least 4.5', () => {
  for (const person of people) {
    const match = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/u.exec(colourOf(person))
    assert.ok(match, colourOf(person))
    const contrast = 1.05 / (luminanceOf(Number(match[1]), Number(match[2]), Number(match[3])) + 0.05)
    assert.ok(contrast >= 4.5, `${match[0]}: ${contrast.toFixed(2)}`)
  }
})

test('a person has the same colour on every device', () => {
  assert.equal(colourOf('alice'), colourOf('alice'))
  // From the published values of FNV-1a: 0x811c9dc5, 0xe40c292c and 0xbf9cf968, modulo twelve hues.
  assert.deepEqual(['', 'a', 'foobar'].map(hueOf), [42, 178, 178])
})

test('colours are spread evenly over people', () => {
  const counts = new Map<number, number>()
  for (const person of people) counts.set(hueOf(person), (counts.get(hueOf(person)) ?? 0) + 1)
  assert.equal(counts.size, 12)
  for (const [hue, count] of counts) assert.ok(count > 40 && count < 140, `${String(hue)}: ${String(count)}`)
})
