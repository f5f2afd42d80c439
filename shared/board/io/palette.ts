/** Inks as the colours Excalidraw offers, both ways: the nearest ink stands for any other colour. Pure. */

/** By ink: of lines, and light ones of what is filled with a tint. */
export const lineColours = [
  '#1e1e1e',
  '#868e96',
  '#e03131',
  '#f08c00',
  '#2f9e44',
  '#0c8599',
  '#1971c2',
  '#9c36b5',
] as const
export const tintColours = [
  '#e9ecef',
  '#f1f3f5',
  '#ffc9c9',
  '#ffec99',
  '#b2f2bb',
  '#99e9f2',
  '#a5d8ff',
  '#eebefa',
] as const

/** The ink nearest to a colour; the first for what is no colour in hex. */
export function nearestInk(colour: unknown): number {
  const wanted = channelsOf(colour)
  if (wanted === null) return 0
  const distances = lineColours.map((each) => {
    const [red = 0, green = 0, blue = 0] = channelsOf(each) ?? []
    const [wantedRed = 0, wantedGreen = 0, wantedBlue = 0] = wanted
    return (red - wantedRed) ** 2 + (green - wantedGreen) ** 2 + (blue - wantedBlue) ** 2
  })
  return distances.indexOf(Math.min(...distances))
}

function channelsOf(colour: unknown): number[] | null {
  const match =
    typeof colour === 'string' ? /^#([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]{2})?$/i.exec(colour) : null
  if (match === null) return null
  const [, hex = ''] = match
  const pairs = (hex.length === 3 ? hex.replace(/./g, '$&$&') : hex).match(/../g) ?? []
  return pairs.map((pair) => parseInt(pair, 16))
}
