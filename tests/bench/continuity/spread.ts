/** What several rounds gave: the median, and how far they lie apart. */

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Such as `812 ms (790–1,120)`. */
export function spread(values: readonly number[], unit: string): string {
  const shown = (value: number): string => Math.round(value).toLocaleString('en')
  return `${shown(medianOf(values))} ${unit} (${shown(Math.min(...values))}–${shown(Math.max(...values))})`
}
