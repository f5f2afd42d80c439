/**
 * The board's colours as the canvas needs them: each token of the page's style, resolved where the board stands.
 *
 * A custom property keeps `light-dark()` as it was written; only a colour that is in use is resolved. So each token is
 * asked for through an element that uses it.
 */
import { inkCount } from '#shared/board/style.ts'

export type Theme = Readonly<{
  /** By a shape's ink. */
  inks: readonly string[]
  text: string
  background: string
  /** Of what is chosen. */
  accent: string
  /** Of what failed. */
  bad: string
  /** On a person's colour. */
  onColour: string
  font: string
}>

export function readTheme(host: HTMLElement): Theme {
  const probe = document.createElement('span')
  probe.hidden = true
  host.append(probe)
  const style = getComputedStyle(probe)
  const colour = (token: string): string => {
    probe.style.color = `var(${token})`
    return style.color
  }
  const theme = {
    inks: Array.from({ length: inkCount }, (_, ink) => colour(`--ink-${String(ink)}`)),
    text: colour('--text-2'),
    background: colour('--bg'),
    accent: colour('--accent-ink'),
    bad: colour('--danger'),
    onColour: 'white',
    font: style.fontFamily,
  }
  probe.remove()
  return theme
}
